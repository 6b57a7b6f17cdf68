import {addTour} from "./chorus_tour";

/** The whole way of an accountant, from the menu to the report. */
addTour("l10n_fr_chorus_export_tour", [
    {
        content: "open the menu Tools",
        trigger: "button[data-menu-xmlid='l10n_fr_chorus_export.tools_menu']",
        run: "click",
    },
    {
        trigger: "a[data-menu-xmlid='l10n_fr_chorus_export.account_move_chorus_export_menu']",
        run: "click",
    },
    {
        content: "page 1: type a folder",
        trigger: ".modal div[name='folder'] input",
        run: "edit tour/mars",
    },
    {trigger: ".modal button[name='action_next']", run: "click"},
    {
        content: "page 2: the document with an anomaly is struck through",
        trigger: ".o_data_row.text-decoration-line-through td[name='partner_id']",
        run: "dblclick",
    },
    {
        content: "its anomaly is explained, in French",
        trigger: ".modal li:contains('SIRET')",
    },
    {trigger: ".modal footer button", run: "click"},
    {trigger: "body:not(:has(.modal))"},
    {
        content: "exclude one of the two others",
        trigger: ".o_data_row:not(.text-decoration-line-through):eq(0) td[name='partner_id']",
        run: "dblclick",
    },
    {trigger: ".o_data_row.fst-italic"},
    {
        content: "back to page 1: what was typed is there",
        trigger: ".o_chorus_export_back",
        run: "click",
    },
    {trigger: ".modal div[name='folder'] input:value('tour/mars')"},
    {trigger: ".modal button[name='action_next']", run: "click"},
    {
        content: "what was excluded stays excluded",
        trigger: "body:not(:has(.modal)) .o_data_row.fst-italic",
    },
    {trigger: ".o_chorus_export_finish", run: "click"},
    {
        content: "the report: one file, one document held back",
        trigger: ".o_form_view div[name='exported_line_ids'] .o_data_row",
    },
    {trigger: ".nav-link[name='held']", run: "click"},
    {trigger: "div[name='held_line_ids'] .o_data_row:contains('SIRET')"},
]);
