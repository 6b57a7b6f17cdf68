import {download} from "@web/core/network/download";
import {registry} from "@web/core/registry";

/** Download the documents of an export as a spreadsheet, by Odoo's own export. */
registry.category("actions").add("l10n_fr_chorus_export.save", async (env, {params}) => {
    await download({
        url: `/web/export/${params.format}`,
        data: {data: JSON.stringify(params.data)},
    });
});
