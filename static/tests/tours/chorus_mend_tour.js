import {registry} from "@web/core/registry";

/** What is wrong with the document of the test, and the record where it is mended. */
const FAULTS = {
    billing_country_missing: "Ville d'Essai",
    delivery_siret_missing: "École",
    seller_vat_missing: "Notre Société",
    iban_invalid: "FR761",
    vat_rate: "Chorus 19%",
};

const alert = (code) => `div[name='alerts'] div[name$='_${code}']`;

/** From an alert to the record to mend, and back. */
const follow = (code, mode) => [
    {
        content: `follow ${code}`,
        trigger: `${alert(code)} a:eq(0)`,
        run: "click",
    },
    {
        content: `the record opens: ${mode}`,
        trigger: `body:has(.o_breadcrumb .active:contains("${FAULTS[code]}")) .o_form_view .${mode}`,
    },
    {
        content: "back to the invoice",
        trigger: ".o_back_button",
        run: "click",
    },
    {trigger: alert(code)},
];

/** From an alert to the message that asks a colleague, which is closed again. */
const ask = (code) => [
    {
        content: `ask about ${code}`,
        trigger: `${alert(code)} .o_chorus_ask:contains("Collègue")`,
        run: "click",
    },
    {
        trigger: ".modal div[name='partner_ids']:contains('Collègue')",
    },
    {
        content: "the message says what is wrong",
        trigger: ".modal div[name='body']:contains('FAC/MEND')",
    },
    {trigger: ".modal .btn-close", run: "click"},
    {trigger: "body:not(:has(.modal))"},
];

/** What is wrong with the document itself is told, without a link: it is open already. */
const onTheDocument = ["engagement_and_order", "line_name"].map((code) => ({
    content: `${code} needs no link`,
    trigger: `${alert(code)}:not(:has(a))`,
}));

registry.category("web_tour.tours").add("l10n_fr_chorus_mend_tour", {
    steps: () => [
        ...onTheDocument,
        ...Object.keys(FAULTS)
            .filter((code) => code !== "vat_rate")
            .flatMap((code) => follow(code, "o_form_editable")),
        {trigger: `${alert("iban_invalid")}:not(:has(.o_chorus_ask))`},
        ...follow("vat_rate", "o_form_readonly"),
        ...ask("vat_rate"),
    ],
});

registry.category("web_tour.tours").add("l10n_fr_chorus_ask_tour", {
    steps: () => [
        ...onTheDocument,
        ...Object.keys(FAULTS).flatMap((code) => follow(code, "o_form_readonly")),
        ...ask("iban_invalid"),
        ...ask("delivery_siret_missing"),
    ],
});
