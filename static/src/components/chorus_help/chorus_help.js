import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** The user guide, in a tab of its own: nothing that is being typed is lost, and no network is needed. */
export class ChorusHelp extends Component {
    static template = "l10n_fr_chorus_export.ChorusHelp";
    static props = {
        ...standardWidgetProps,
        record: {type: Object, optional: true}, // Of a form; the guide is the same without
        place: {type: String, optional: true},
    };

    get url() {
        const {place} = this.props;
        const guide = "/l10n_fr_chorus_export/static/description/index.html";
        return place ? `${guide}#${place}` : guide;
    }
}

registry.category("view_widgets").add("chorus_help", {
    component: ChorusHelp,
    extractProps: ({attrs: {place}}) => ({place}),
});
