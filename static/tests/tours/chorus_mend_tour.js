import {addTour} from "./chorus_tour";

/** What is wrong with the document of the test: the record to mend, and the anomaly's words. */
const FAULTS = {
    billing_country_missing: ["Ville d'Essai", "in the billing address"],
    delivery_siret_missing: ["École", "in the delivery address"],
    seller_vat_missing: ["Notre Société", "VAT number of your company"],
    iban_invalid: ["FR761", "not a valid IBAN"],
    vat_rate: ["Chorus 19%", "no such rate of VAT"],
};
/** The same for what is mended on the document itself: its references, its lines. */
const OWN_FAULTS = {
    engagement_and_order: ["FAC/MEND", "purchase order number"],
    line_name: ["FAC/MEND", "The label of line 1"],
};
const alert = (code) => `div[name='alerts'] div[name$='_${code}']`;
const anomaly = (words) => `.modal li:contains("${words}")`;

/** A record opens, which the user may change or not, and he comes back. */
const openAndComeBack = (name, mode) => [
    {
        content: `${name} opens: ${mode}`,
        trigger: `body:has(.o_breadcrumb .active:contains("${name}")) .o_form_view .${mode}`,
    },
    {trigger: ".o_back_button", run: "click"},
];

/** From an alert of the invoice form to the record to mend, and back. */
const follow = (code, mode) => [
    {content: `follow ${code}`, trigger: `${alert(code)} a:eq(0)`, run: "click"},
    ...openAndComeBack(FAULTS[code][0], mode),
    {trigger: alert(code)},
];

const explain = {
    content: "the window explains the document",
    trigger: ".o_data_row.o_chorus_held td[name='partner_id']",
    run: "dblclick",
};

/** From an anomaly of the window to the record to mend, and back. */
const followInWindow = ([name, words], mode) => [
    explain,
    {trigger: `${anomaly(words)} .o_chorus_mend`, run: "click"},
    ...openAndComeBack(name, mode),
];

/** The message that asks a colleague says what is wrong; it is closed again. */
const message = [
    {trigger: ".modal div[name='partner_ids']:contains('Collègue')"},
    {trigger: ".modal div[name='body']:contains('FAC/MEND')"},
    {trigger: ".modal .btn-close", run: "click"},
    {trigger: "body:not(:has(.modal))"},
];
const ask = (code) => [
    {
        content: `ask about ${code}`,
        trigger: `${alert(code)} .o_chorus_ask:contains("Collègue")`,
        run: "click",
    },
    ...message,
];
const askInWindow = ([, words]) => [
    explain,
    {trigger: `${anomaly(words)} .o_chorus_ask:contains("Collègue")`, run: "click"},
    ...message,
];

/** A fault of the document itself has no link: the document is open already. */
const onTheDocument = Object.keys(OWN_FAULTS).map((code) => ({
    content: `${code} needs no link`,
    trigger: `${alert(code)}:not(:has(a))`,
}));
/** Who may change contacts and bank accounts may not change taxes. */
const mode = (code) => (code === "vat_rate" ? "o_form_readonly" : "o_form_editable");

const start = {trigger: ".modal button[name='action_next']", run: "click"};

addTour("l10n_fr_chorus_mend_form_tour", [
    ...onTheDocument,
    ...Object.keys(FAULTS).flatMap((code) => follow(code, mode(code))),
    {trigger: `${alert("iban_invalid")}:not(:has(.o_chorus_ask))`},
    ...ask("vat_rate"),
]);

addTour("l10n_fr_chorus_ask_form_tour", [
    ...onTheDocument,
    ...Object.keys(FAULTS).flatMap((code) => follow(code, "o_form_readonly")),
    ...ask("iban_invalid"),
    ...ask("delivery_siret_missing"),
]);

addTour("l10n_fr_chorus_mend_window_tour", [
    start,
    ...Object.entries(FAULTS).flatMap(([code, fault]) => followInWindow(fault, mode(code))),
    ...Object.values(OWN_FAULTS).flatMap((fault) => followInWindow(fault, "o_form_editable")),
    ...askInWindow(FAULTS.vat_rate),
]);

addTour("l10n_fr_chorus_ask_window_tour", [
    start,
    ...Object.values(FAULTS).flatMap((fault) => followInWindow(fault, "o_form_readonly")),
    ...askInWindow(FAULTS.iban_invalid),
]);
