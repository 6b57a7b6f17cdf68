import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {useService} from "@web/core/utils/hooks";

/** The anomalies of a document, each with the way to the record to mend. */
export class ChorusAnomaliesDialog extends Component {
    static template = "l10n_fr_chorus_export.ChorusAnomaliesDialog";
    static components = {Dialog};
    static props = {
        title: String,
        anomalies: Array,
        close: Function,
    };

    setup() {
        this.action = useService("action");
    }

    open(anomaly) {
        this.props.close();
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: anomaly.model,
            res_id: anomaly.id,
            views: [[false, "form"]],
        });
    }
}
