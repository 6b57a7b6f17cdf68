import {_t} from "@web/core/l10n/translation";
import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** The buttons of a row, which say by themselves what they do and to which document. */
export class ChorusRowButtons extends Component {
    static template = "l10n_fr_chorus_export.ChorusRowButtons";
    static props = {...standardFieldProps};

    get previewLabel() {
        return _t("Preview the file of %s", this.props.record.data.name);
    }

    get openLabel() {
        return _t("Open %s", this.props.record.data.name);
    }

    call(method) {
        return this.props.record.model.openBy(this.props.record, method);
    }
}

registry.category("fields").add("chorus_row_buttons", {
    component: ChorusRowButtons,
    supportedTypes: ["many2one"],
    label: false,
});
