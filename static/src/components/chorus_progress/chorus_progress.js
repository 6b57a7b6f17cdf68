import {
    ProgressBarField,
    progressBarField,
} from "@web/views/fields/progress_bar/progress_bar_field";
import {onWillDestroy} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** How far an export in the background has come: the form follows it while it is open. */
export class ChorusProgress extends ProgressBarField {
    setup() {
        super.setup();
        const bus = useService("bus_service");
        const onProgress = ({id}) => {
            if (id === this.props.record.resId) {
                this.props.record.load();
            }
        };
        bus.subscribe("l10n_fr_chorus_export/progress", onProgress);
        onWillDestroy(() => bus.unsubscribe("l10n_fr_chorus_export/progress", onProgress));
    }
}

registry.category("fields").add("chorus_progress", {
    ...progressBarField,
    component: ChorusProgress,
});
