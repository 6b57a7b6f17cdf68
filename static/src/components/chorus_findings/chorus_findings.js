import {_t} from "@web/core/l10n/translation";
import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** What is to be known of a document before it goes: anomalies, remarks, earlier export. */
export class ChorusFindings extends Component {
    static template = "l10n_fr_chorus_export.ChorusFindings";
    static props = {...standardFieldProps};

    get anomalies() {
        return (this.props.record.data.anomaly_text || "").split("\n").filter(Boolean);
    }

    get moreLabel() {
        return _t("and %s more", this.anomalies.length - 1);
    }

    get remarksLabel() {
        return _t("Remarks on %s", this.props.record.data.name);
    }

    explain() {
        return this.props.record.model.explain(this.props.record);
    }
}

registry.category("fields").add("chorus_findings", {
    component: ChorusFindings,
    supportedTypes: ["text"],
});
