import {useService} from "@web/core/utils/hooks";
import {ListRenderer} from "@web/views/list/list_renderer";
import {ChorusAnomaliesDialog} from "../../components/chorus_anomalies_dialog/chorus_anomalies_dialog";

export class ChorusExportListRenderer extends ListRenderer {
    static recordRowTemplate = "l10n_fr_chorus_export.ChorusExportListRenderer.RecordRow";

    setup() {
        super.setup();
        this.dialog = useService("dialog");
    }

    getRowClass(record) {
        const classNames = super.getRowClass(record);
        // Struck through: would be refused. Italic: left out by the user.
        if (record.data.is_blocked) {
            return `${classNames} text-decoration-line-through`;
        }
        return record.data.excluded ? `${classNames} fst-italic` : classNames;
    }

    getCellClass(column, record) {
        const classNames = super.getCellClass(column, record);
        // The anomalies of a struck row are there to be read.
        return column.name === "anomaly_text"
            ? `${classNames} o_chorus_export_anomalies`
            : classNames;
    }

    /**
     * Double click on a document with anomalies explains them; on another it includes or
     * excludes it.
     */
    async onRowDoubleClick(record) {
        if (record.data.is_blocked) {
            const anomalies = await this.orm.call(record.resModel, "get_anomalies", [
                [record.resId],
            ]);
            this.dialog.add(ChorusAnomaliesDialog, {title: record.data.name, anomalies});
            return;
        }
        await this.orm.call(record.resModel, "action_toggle", [[record.resId]]);
        await record.model.load();
    }
}
