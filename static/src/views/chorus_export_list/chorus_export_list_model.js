import {RelationalModel} from "@web/model/relational_model/relational_model";

export const WIZARD = "account.move.chorus.export";

/**
 * Loads, with the rows, what the whole window amounts to: the rows on screen are one page
 * of it, so the server adds it up.
 */
export class ChorusExportListModel extends RelationalModel {
    get wizardId() {
        return this.config.context.chorus_export_wizard_id;
    }

    async load() {
        const [summary] = await Promise.all([
            this.wizardId
                ? this.orm.call(WIZARD, "get_summary", [[this.wizardId]])
                : Promise.resolve(undefined),
            super.load(...arguments),
        ]);
        this.summary = summary;
        this.notify();
    }
}
