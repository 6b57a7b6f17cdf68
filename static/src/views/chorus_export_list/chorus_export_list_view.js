import {registry} from "@web/core/registry";
import {listView} from "@web/views/list/list_view";
import {ChorusExportListController} from "./chorus_export_list_controller";
import {ChorusExportListModel} from "./chorus_export_list_model";
import {ChorusExportListRenderer} from "./chorus_export_list_renderer";

export const chorusExportListView = {
    ...listView,
    Controller: ChorusExportListController,
    Model: ChorusExportListModel,
    Renderer: ChorusExportListRenderer,
    buttonTemplate: "l10n_fr_chorus_export.ChorusExportListView.Buttons",
    // Each row has its own box to tick: a second one, to select it, would mislead.
    props: (...args) => ({...listView.props(...args), allowSelectors: false}),
};

registry.category("views").add("chorus_export_list", chorusExportListView);
