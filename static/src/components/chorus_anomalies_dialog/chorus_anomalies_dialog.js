import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

/**
 * Anomalies, each with the way to the record to mend: those of a document, or the causes that
 * hold documents back, each with their count.
 */
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
        this.blockingLabel = _t("Anomaly:");
        this.remarkLabel = _t("Remark:");
    }

    getCountLabel(anomaly) {
        return _t("%s documents in this case", anomaly.count);
    }

    open(action) {
        this.props.close();
        return this.action.doAction(action);
    }
}
