import {RelationalModel} from "@web/model/relational_model/relational_model";

export const WIZARD = "account.move.chorus.export";

/**
 * Loads, with the rows, what the whole window amounts to: the rows on screen are one page
 * of it, so the server adds it up.
 */
export class ChorusExportListModel extends RelationalModel {
    /** Id of the window's wizard, which the action carries in its context. */
    get wizardId() {
        return this.config.context.chorus_export_wizard_id;
    }

    async load() {
        await super.load(...arguments);
        if (this.wizardId) {
            this.summary = await this.orm.call(WIZARD, "get_summary", [[this.wizardId]]);
            this.notify();
        }
    }
}
