import {useService} from "@web/core/utils/hooks";
import {ListController} from "@web/views/list/list_controller";
import {WIZARD} from "./chorus_export_list_model";

export class ChorusExportListController extends ListController {
    static template = "l10n_fr_chorus_export.ChorusExportListView";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.ui = useService("ui");
    }

    /**
     * Call a method of the window's wizard, then follow the action that it gives or load
     * the rows again.
     *
     * @param {String} method
     */
    async callWizard(method) {
        this.ui.block();
        let action = false;
        try {
            action = await this.orm.call(WIZARD, method, [[this.model.wizardId]]);
        } finally {
            this.ui.unblock();
        }
        if (action) {
            // The choices open over this window: once closed, its rows follow them.
            await this.actionService.doAction(action, {onClose: () => this.model.load()});
        } else {
            await this.model.load();
        }
    }
}
