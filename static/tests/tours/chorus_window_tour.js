import {addTour} from "./chorus_tour";

const MENU = ".o-dropdown--menu";
const HELD = ".o_data_row.o_chorus_held";
const GOING = ".o_data_row:not(.o_chorus_held, .o_chorus_excluded)";

const openWindow = [
    {
        trigger: "button[data-menu-xmlid='l10n_fr_chorus_export.tools_menu']",
        run: "click",
    },
    {
        trigger: "a[data-menu-xmlid='l10n_fr_chorus_export.account_move_chorus_export_menu']",
        run: "click",
    },
    {trigger: ".modal button[name='action_next']", run: "click"},
];

const search = (label) => [
    {trigger: ".o_searchview_dropdown_toggler", run: "click"},
    {trigger: `.o_search_bar_menu .dropdown-item:contains("${label}")`, run: "click"},
    {trigger: `.o_facet_values:contains("${label}")`},
    {trigger: ".o_searchview_dropdown_toggler", run: "click"},
    {trigger: "body:not(:has(.o_search_bar_menu))"},
];

function press(key, options = {}) {
    return ({anchor}) => {
        anchor.focus();
        for (const type of ["keydown", "keyup"]) {
            anchor.dispatchEvent(
                new KeyboardEvent(type, {key, bubbles: true, cancelable: true, ...options})
            );
        }
    };
}

function rightClick({anchor}) {
    const {x, y} = anchor.getBoundingClientRect();
    for (const type of ["mousedown", "mouseup", "contextmenu"]) {
        anchor.dispatchEvent(
            new MouseEvent(type, {
                button: 2,
                clientX: x + 5,
                clientY: y + 5,
                bubbles: true,
                cancelable: true,
            })
        );
    }
}

/** The user mends a document from the window and comes back: it is as he left it. */
addTour("l10n_fr_chorus_window_mend_tour", [
    ...openWindow,
    {
        content: "exclude a document with the keyboard",
        trigger: `${GOING}:eq(0) td[name='name']`,
        run: press(" ", {code: "Space"}),
    },
    {trigger: ".o_chorus_export_summary:contains('Exclues par vous')"},
    ...search("Client"),
    {
        content: "unfold the only customer",
        trigger: ".o_group_header:not(.o_group_open)",
        run: "click",
    },
    {
        content: "the menu of the struck document",
        trigger: `${HELD} td[name='name']`,
        run: rightClick,
    },
    {trigger: `${MENU} .dropdown-item:contains("Voir les anomalies")`, run: "click"},
    {
        content: "what is wrong, and the way to it",
        trigger: ".modal li:contains('bon de commande') .o_chorus_mend",
        run: "click",
    },
    {
        content: "mend it on the invoice",
        trigger: ".o_form_view .nav-link[name='other_info']",
        run: "click",
    },
    {
        trigger: "div[name='l10n_fr_chorus_order_reference'] input",
        run: "edit ",
    },
    {trigger: ".o_form_button_save", run: "click"},
    {trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_dirty))"},
    {trigger: ".breadcrumb-item a:contains('Pièces à exporter')", run: "click"},
    {
        content: "grouped as before, unfolded, what was excluded still is",
        trigger: ".o_group_open ~ .o_data_row.o_chorus_excluded",
    },
    {
        content: "and the document can go",
        trigger: `body:not(:has(${HELD})) .o_chorus_export_summary strong:contains("À exporter : 2")`,
    },
]);

/** From an invoice: at once the first time, after a question the second. */
addTour("l10n_fr_chorus_single_tour", [
    {
        trigger: ".o_form_view button[name='action_l10n_fr_chorus_export']",
        run: "click",
    },
    {trigger: ".o_data_row:only-child"},
    {trigger: ".o_chorus_export_finish", run: "click"},
    {
        content: "the report says what to do with the only file",
        trigger: "div[name='next_steps']:contains('Déposer une facture')",
    },
    {trigger: "button[name='action_open_documents']", run: "click"},
    {
        content: "the invoice again, which has gone out",
        trigger: ".o_form_view:not(:has(button[name='action_l10n_fr_chorus_export']))",
    },
    {trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click"},
    {trigger: `${MENU} .dropdown-item:contains("Exporter vers Chorus Pro")`, run: "click"},
    {
        content: "asked first, with the date and the user",
        trigger: `.modal div[name='exported_text']:contains(/${new Date().getFullYear()}.*chorus_billing/)`,
    },
    {trigger: ".modal button[name='action_next']", run: "click"},
    {trigger: ".o_data_row:only-child td:contains('déjà exportée le')"},
    {trigger: ".o_chorus_export_finish", run: "click"},
    {trigger: "div[name='next_steps']:contains('Suivi des flux')"},
]);

/** The window's address, kept or sent to another tab of the same user, opens the same window. */
addTour("l10n_fr_chorus_address_tour", [
    {
        content: "as it was left",
        trigger: ".o_data_row.o_chorus_excluded:only-child input[type=checkbox]:not(:checked)",
        run: "click",
    },
    {trigger: ".o_chorus_export_summary strong:contains('À exporter : 1,')"},
    {trigger: ".o_breadcrumb:contains('Pièces à exporter')"},
    {trigger: ".o_chorus_export_back", run: "click"},
    {trigger: ".modal div[name='folder']"},
]);

/** A thousand documents: checked with progress, chosen at once, page after page. */
addTour("l10n_fr_chorus_thousand_tour", [
    ...openWindow,
    {
        content: "rows are there while the check goes on",
        trigger: `body:has(.o_chorus_export_progress [role='progressbar']) .o_data_row:eq(79)`,
    },
    {
        content: "all are checked",
        trigger: "body:not(:has(.o_chorus_export_progress)) strong:contains('À exporter : 1000')",
    },
    {trigger: ".o_chorus_export_exclude_all", run: "click"},
    {trigger: ".o_chorus_export_summary:contains('Exclues par vous : 1000')"},
    {trigger: ".o_data_row:eq(3).o_chorus_excluded input[type=checkbox]", run: "click"},
    {trigger: ".o_chorus_export_summary strong:contains('À exporter : 1,')"},
    {trigger: ".o_pager_next", run: "click"},
    {
        content: "the next page",
        trigger: ".o_pager_value:contains('81-160')",
    },
    {trigger: ".o_data_row.o_chorus_excluded:eq(79)"},
    ...search("À exporter"),
    {trigger: ".o_data_row:only-child"},
    {trigger: ".o_chorus_export_include_all", run: "click"},
    {trigger: ".o_chorus_export_summary strong:contains('À exporter : 1000')"},
    {trigger: ".o_searchview .o_facet_remove", run: "click"},
    {trigger: ".o_data_row:eq(79):not(.o_chorus_excluded)"},
]);
