import {ChorusHelp} from "../../components/chorus_help/chorus_help";
import {_t} from "@web/core/l10n/translation";
import {useExternalListener} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";
import {ListController} from "@web/views/list/list_controller";

export class ChorusExportListController extends ListController {
    static template = "l10n_fr_chorus_export.ChorusExportListView";
    static components = {...ListController.components, ChorusHelp};

    setup() {
        super.setup();
        this.ui = useService("ui");
        useExternalListener(window, "focus", () => this.model.comeBack());
    }

    get progressPercent() {
        const {done, total} = this.model.progress;
        return Math.round((100 * done) / total);
    }

    get progressText() {
        return _t("Checking: %(done)s of %(total)s", this.model.progress);
    }

    /** Make the files of what is included: all of them in one go, or none. */
    async export() {
        this.ui.block({message: _t("Making the files. Nothing is written before all are ready.")});
        try {
            if (!(await this.model.areChoicesKept())) {
                return;
            }
            const action = await this.model.callWizard("action_export");
            await this.actionService.doAction(action);
        } finally {
            this.ui.unblock();
        }
    }

    /** The choices open over this window; once they are closed, its rows follow them. */
    async back() {
        const action = await this.model.callWizard("action_back");
        await this.actionService.doAction(action, {onClose: () => this.model.load()});
    }

    explainHeld() {
        return this.model.explainHeld(this.model.summary.held);
    }
}
