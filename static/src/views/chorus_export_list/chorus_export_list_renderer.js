import {useDropdownState} from "@web/core/dropdown/dropdown_hooks";
import {getActiveHotkey} from "@web/core/hotkeys/hotkey_service";
import {_t} from "@web/core/l10n/translation";
import {ListRenderer} from "@web/views/list/list_renderer";
import {onPatched, onWillPatch, useRef} from "@odoo/owl";

/** On a phone, what comes first, and how wide: the other columns are reached by scrolling. */
const FIRST_ON_PHONES = {
    is_included: "24px",
    name: "124px",
    partner_id: "88px",
    amount_total: "88px",
};

export class ChorusExportListRenderer extends ListRenderer {
    static template = "l10n_fr_chorus_export.ChorusExportListRenderer";
    static recordRowTemplate = "l10n_fr_chorus_export.ChorusExportListRenderer.RecordRow";

    setup() {
        super.setup();
        this.rowMenu = useDropdownState();
        this.menuAnchor = useRef("menuAnchor");
        this.keepFocusOnReload();
    }

    get model() {
        return this.props.list.model;
    }

    /** Rows are new ones once they are loaded again: the focus goes to the same document's. */
    keepFocusOnReload() {
        let focused = null;
        onWillPatch(() => {
            const cell = document.activeElement.closest?.(".o_data_row > td");
            focused = cell && {
                resId: cell.parentElement.dataset.resId,
                index: cell.cellIndex,
                isCell: cell === document.activeElement,
            };
        });
        onPatched(() => {
            if (!focused || document.activeElement !== document.body) {
                return;
            }
            const row = this.tableRef.el.querySelector(`[data-res-id="${focused.resId}"]`);
            const cell = row?.cells[focused.index];
            const inside = !focused.isCell && cell?.querySelector("input, button");
            (inside || cell)?.focus();
        });
    }

    /** @override */
    getActiveColumns() {
        const columns = super.getActiveColumns();
        if (!this.uiService.isSmall) {
            return columns;
        }
        const first = Object.entries(FIRST_ON_PHONES).flatMap(([name, width]) =>
            columns
                .filter((column) => column.name === name)
                .map((column) => ({...column, attrs: {...column.attrs, width}}))
        );
        return [...first, ...columns.filter((column) => !(column.name in FIRST_ON_PHONES))];
    }

    getRowClass(record) {
        const classNames = super.getRowClass(record);
        // Struck through: would be refused. Dotted and italic: left out by the user.
        if (record.data.is_blocked) {
            return `${classNames} o_chorus_held text-decoration-line-through`;
        }
        return record.data.excluded ? `${classNames} o_chorus_excluded fst-italic` : classNames;
    }

    getCellClass(column, record) {
        const classNames = super.getCellClass(column, record);
        // The anomalies of a struck row are there to be read.
        return column.name === "anomaly_text"
            ? `${classNames} o_chorus_export_anomalies`
            : classNames;
    }

    /** The menu's document as it is now: rows are new ones once they are loaded again. */
    get menuRecord() {
        const {record} = this.rowMenu;
        return this.model.root.records.find(({resId}) => resId === record.resId) || record;
    }

    getMenuLabel(record) {
        return _t("Menu of %s", record.data.name);
    }

    // ---------------------------------------------------------------- gestures

    isOnControl(ev) {
        return Boolean(ev.target.closest("button, input, a"));
    }

    /** A click only brings the row under the keyboard: nothing opens by mistake. */
    onCellClicked(record, column, ev) {
        if (!this.isOnControl(ev)) {
            ev.target.closest("td")?.focus();
        }
    }

    /**
     * Double click on a document with anomalies explains them; on another it includes or
     * excludes it.
     */
    onRowDoubleClick(record, ev) {
        if (this.isOnControl(ev)) {
            return;
        }
        // The browser selects the word under a double click.
        window.getSelection().removeAllRanges();
        return this.model.toggle(record);
    }

    /** Some browsers select a word on right click: what matters is what was selected before. */
    onRowMouseDown(ev) {
        const selection = window.getSelection();
        this.hasSelection =
            !selection.isCollapsed && selection.containsNode(ev.currentTarget, true);
    }

    /** Shift + right click, or on selected text: the browser's own menu. */
    onRowContextMenu(record, ev) {
        const isPointer = ev.button === 2;
        if (isPointer && (ev.shiftKey || this.hasSelection)) {
            return;
        }
        ev.preventDefault();
        if (isPointer) {
            ev.target.closest("td")?.focus();
            this.openMenu(record, ev.clientX, ev.clientY);
        } else {
            this.openMenuBelow(record, ev.target);
        }
    }

    openMenuBelow(record, target) {
        const {left, right, bottom} = target.getBoundingClientRect();
        this.openMenu(record, this.isRTL ? right : left, bottom);
    }

    openMenu(record, x, y) {
        this.rowMenu.close();
        // At once: the menu takes its place as it opens, before the list is rendered again.
        Object.assign(this.menuAnchor.el.style, {left: `${x}px`, top: `${y}px`});
        this.rowMenu.record = record;
        this.rowMenu.open();
    }

    /** @override */
    onCellKeydown(ev, group = null, record = null) {
        if (record && this.onRowKeydown(getActiveHotkey(ev), ev, record)) {
            ev.preventDefault();
            ev.stopPropagation();
            return;
        }
        // Enter and space press the button or the box that has the focus.
        if (record && this.isOnControl(ev) && ["Enter", " "].includes(ev.key)) {
            return;
        }
        super.onCellKeydown(ev, group, record);
    }

    /**
     * @returns {Boolean} whether the key is one of ours
     */
    onRowKeydown(hotkey, ev, record) {
        switch (hotkey) {
            case "contextmenu":
            case "shift+f10":
                this.openMenuBelow(record, ev.target);
                return true;
            case "space":
                if (this.isOnControl(ev)) {
                    return false;
                }
                this.model.toggle(record);
                return true;
            case "enter":
                if (this.isOnControl(ev)) {
                    return false;
                }
                if (record.data.is_blocked) {
                    this.model.explain(record);
                } else {
                    this.model.openBy(record, "action_open_document");
                }
                return true;
        }
        return false;
    }
}
