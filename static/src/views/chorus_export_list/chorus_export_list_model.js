import {Mutex} from "@web/core/utils/concurrency";
import {RelationalModel} from "@web/model/relational_model/relational_model";
import {ChorusAnomaliesDialog} from "../../components/chorus_anomalies_dialog/chorus_anomalies_dialog";

export const WIZARD = "account.move.chorus.export";

export class ChorusExportRecord extends RelationalModel.Record {
    /**
     * Show the user's choice at once; the server follows.
     *
     * @param {Boolean} excluded
     */
    showExcluded(excluded) {
        const canGo = Boolean(this.data.checked_on) && !this.data.is_blocked;
        this._applyValues({excluded, is_included: canGo && !excluded});
    }
}

/**
 * The documents of one export window. The rows on screen are one page of it, so the server adds
 * up what the whole window amounts to, and includes or excludes all of it in one call.
 */
export class ChorusExportListModel extends RelationalModel {
    static Record = ChorusExportRecord;
    // What the browser has kept of the rows would be shown as long as the server is silent.
    static withCache = false;

    setup() {
        super.setup(...arguments);
        this.choices = new Mutex();
        /** How many choices were made, and how many of them the server did not take. */
        this.made = 0;
        this.refused = 0;
        this.summary = null;
        this.hidden = "";
        /** What a check of many documents has come to: {done, total}. */
        this.progress = null;
        this.isCancelled = false;
    }

    /** Id of the window's wizard, which the action carries in its context. */
    get wizardId() {
        return this.config.context.chorus_export_wizard_id;
    }

    async load() {
        this.mustFollow = true;
        await super.load(...arguments);
        this.notify();
        if (this.waiting?.length && !this.isCancelled) {
            this.check(this.waiting);
        }
    }

    /** @override */
    async _loadData(config) {
        // The rows would come as they were before the last choices.
        await this.choices.getUnlockedDef();
        if (config.isRoot && this.mustFollow && config.context.chorus_export_wizard_id) {
            this.mustFollow = false;
            await this.follow(config.context.chorus_export_wizard_id);
        }
        const {made} = this;
        const data = await super._loadData(...arguments);
        return made === this.made ? data : this._loadData(...arguments);
    }

    /** Back from another tab, where the user may have chosen or mended something meanwhile. */
    async comeBack() {
        if (this.summary && !this.progress) {
            await this.load();
        }
    }

    /**
     * Before rows are shown, have those checked again whose documents may have changed: the user
     * comes back from the record he has mended. Many are checked afterwards, with progress.
     */
    async follow(wizardId) {
        this.waiting = [];
        const state = await this.orm.call(WIZARD, "get_state", [[wizardId]]);
        this.slice = state.slice;
        this.summary = state.summary;
        this.hidden = state.hidden;
        if (this.progress || !state.to_check.length) {
            return;
        }
        if (state.to_check.length > state.slice) {
            this.waiting = state.to_check;
            return;
        }
        await this.orm.call(WIZARD, "check_moves", [[wizardId], state.to_check]);
        this.summary = await this.callWizard("get_summary", wizardId);
    }

    callWizard(method, wizardId = this.wizardId) {
        return this.orm.call(WIZARD, method, [[wizardId]]);
    }

    // ---------------------------------------------------------------- the user's choices

    /** Include or exclude a document; one that cannot go is explained instead. */
    async toggle(record) {
        if (record.data.is_blocked) {
            return this.explain(record);
        }
        const excluded = !record.data.excluded;
        record.showExcluded(excluded);
        await this.choose(() =>
            this.orm.call(record.resModel, "set_excluded", [[record.resId], excluded])
        );
    }

    async includeAll() {
        const records = this.root.records.filter((record) => !record.data.is_blocked);
        records.forEach((record) => record.showExcluded(false));
        await this.choose(() => this.callWizard("action_include_all"));
    }

    async excludeAll() {
        this.root.records.forEach((record) => record.showExcluded(true));
        await this.choose(() => this.callWizard("action_exclude_all"));
    }

    /**
     * One choice after the other, in the order of the user's gestures.
     *
     * @param {Function} call gives the promise of the window's new summary
     */
    async choose(call) {
        this.made += 1;
        try {
            this.summary = await this.choices.exec(() =>
                call().catch((error) => {
                    this.refused += 1;
                    throw error;
                })
            );
        } catch (error) {
            await this.load(); // What the server knows, not what was shown in advance
            throw error;
        }
        this.notify();
    }

    /**
     * Wait until the server knows what is shown: what was just excluded must not go.
     *
     * @returns {Promise<Boolean>} whether it took all of it
     */
    async areChoicesKept() {
        const before = this.refused;
        await this.choices.getUnlockedDef();
        return this.refused === before;
    }

    // ---------------------------------------------------------------- checking

    /** Check every document again; what the user excluded stays excluded. */
    async refresh() {
        const moveIds = await this.orm.call(WIZARD, "get_moves_to_check", [[this.wizardId]], {
            everything: true,
        });
        await this.check(moveIds, {everything: true});
    }

    /**
     * Check documents, a slice a call, so that progress is shown and the user may stop. A slice
     * is checked wholly or not at all: stopping leaves the other rows as they are.
     *
     * @param {Number[]} moveIds
     * @param {Object} [options]
     * @param {Boolean} [options.everything] whether rows of no use are to leave the window
     */
    async check(moveIds, {everything = false} = {}) {
        if (this.progress) {
            return;
        }
        this.isCancelled = false;
        this.progress = {done: 0, total: moveIds.length};
        this.notify();
        try {
            while (this.progress.done < moveIds.length && !this.isCancelled) {
                const end = this.progress.done + this.slice;
                const slice = moveIds.slice(this.progress.done, end);
                // Silent: the window shows the progress, the sign of loading would hide the buttons.
                await this.orm.silent.call(WIZARD, "check_moves", [[this.wizardId], slice]);
                this.progress.done = Math.min(end, moveIds.length);
                this.notify();
            }
            if (everything && !this.isCancelled) {
                await this.callWizard("end_check");
            }
        } finally {
            this.progress = null;
        }
        await this.load();
    }

    /** Check a document that was left unchecked; the others wait until they are asked for. */
    async checkOne(record) {
        if (this.progress) {
            return; // Its turn comes
        }
        const moveId = record.data.move_id.id;
        await this.orm.call(WIZARD, "check_moves", [[this.wizardId], [moveId]]);
        await this.load();
    }

    cancelCheck() {
        this.isCancelled = true;
    }

    // ---------------------------------------------------------------- explaining, opening

    /** The anomalies and remarks of a document, each with the way to the record to mend. */
    async explain(record) {
        const anomalies = await this.orm.call(record.resModel, "get_anomalies", [[record.resId]]);
        this.dialog.add(ChorusAnomaliesDialog, {title: record.data.name, anomalies});
    }

    /** Why documents are held, by cause. */
    async explainHeld(title) {
        const anomalies = await this.callWizard("get_causes");
        this.dialog.add(ChorusAnomaliesDialog, {title, anomalies});
    }

    /** Call a method of a row that gives an action, and follow it. */
    async openBy(record, method) {
        const action = await this.orm.call(record.resModel, method, [[record.resId]]);
        return this.action.doAction(action);
    }
}
