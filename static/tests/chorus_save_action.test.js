import {expect, test} from "@odoo/hoot";
import {patchWithCleanup} from "@web/../tests/web_test_helpers";
import {download} from "@web/core/network/download";
import {registry} from "@web/core/registry";

test("the report is saved by Odoo's own export", async () => {
    patchWithCleanup(download, {
        _download({url, data}) {
            expect.step([url, JSON.parse(data.data)]);
            return Promise.resolve();
        },
    });
    const save = registry.category("actions").get("l10n_fr_chorus_export.save");
    const data = {model: "l10n_fr.chorus.export.line", domain: [["export_id", "=", 7]]};
    await save({}, {params: {format: "csv", data}});
    expect.verifySteps([["/web/export/csv", data]]);
});
