import {_t} from "@web/core/l10n/translation";
import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** Whether a document goes: a box to tick, or the sign that it cannot, or cannot yet. */
export class ChorusInclude extends Component {
    static template = "l10n_fr_chorus_export.ChorusInclude";
    static props = {...standardFieldProps};

    get heldLabel() {
        return _t("%s is held back: see why", this.props.record.data.name);
    }

    get includeLabel() {
        return _t("Include %s", this.props.record.data.name);
    }

    get uncheckedLabel() {
        return _t("%s is not checked yet, and cannot go: check it", this.props.record.data.name);
    }

    /** A ticked box would say that it goes. */
    get isUnchecked() {
        const {checked_on: checkedOn, excluded} = this.props.record.data;
        return !checkedOn && !excluded;
    }

    check() {
        return this.props.record.model.checkOne(this.props.record);
    }

    onClick() {
        return this.props.record.model.toggle(this.props.record);
    }
}

registry.category("fields").add("chorus_include", {
    component: ChorusInclude,
    supportedTypes: ["boolean"],
    listViewWidth: 32,
    label: false,
});
