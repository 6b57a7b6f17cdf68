import {addTour} from "./chorus_tour";

const pasted = ".modal .o_field_widget[name='text'] textarea";
const explained = ".modal .o_field_widget[name='explanations']";

/** What Chorus Pro answered: pasted on the invoice, explained as it is, kept and told. */
addTour("l10n_fr_chorus_rejection_tour", [
    {
        content: "open the page of the references",
        trigger: ".o_form_view .nav-link[name='other_info']",
        run: "click",
    },
    {trigger: "button[name='action_l10n_fr_chorus_open_rejection']", run: "click"},
    {
        content: "an unknown answer is called unknown",
        trigger: `.modal:not(:has(.alert)) ${pasted.replace(".modal ", "")}`,
        run: "edit Bonjour",
    },
    {trigger: `${explained} div[name='unknown']`},
    {
        content: "paste what the portal said: explained before the field is left",
        trigger: pasted,
        run({anchor}) {
            anchor.value = "Destinataire introuvable ou inactif";
            anchor.dispatchEvent(new Event("input", {bubbles: true}));
        },
    },
    {
        content: "the cause, and the record to open",
        trigger: `${explained} div[name='recipient_refused'] a:contains("Ville d'Essai")`,
    },
    {trigger: ".modal footer button[name='action_keep']", run: "click"},
    {
        content: "the invoice shows it",
        trigger:
            "body:not(:has(.modal)) div[name='alerts'] div[name='l10n_fr_chorus_rejection_recipient_refused']",
    },
    {
        trigger: ".o_field_widget[name='l10n_fr_chorus_rejection_message']:contains('introuvable')",
    },
]);
