import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    keyDown,
    manuallyDispatchProgrammaticEvent,
    pointerDown,
    press,
    queryAllAttributes,
    queryFirst,
} from "@odoo/hoot-dom";
import {
    defineModels,
    fields,
    MockServer,
    models,
    mockService,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {utils} from "@web/core/ui/ui_service";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {contains, HeldAnswer, rest} from "./chorus_test_helpers";

const WIZARD = "account.move.chorus.export";
const LINE = "account.move.chorus.export.line";

class AccountMove extends models.Model {
    _name = "account.move";

    name = fields.Char();
}

class ExportLine extends models.Model {
    _name = LINE;

    name = fields.Char();
    is_blocked = fields.Boolean();
    excluded = fields.Boolean();
    is_included = fields.Boolean();
    checked_on = fields.Datetime();
    exported_text = fields.Char();
    anomaly_text = fields.Text();
    remark_text = fields.Text();
    note = fields.Char();
    move_id = fields.Many2one({relation: "account.move"});

    _records = [
        {id: 1, name: "FAC/1", is_included: true, checked_on: "2026-03-01 10:00:00"},
        {id: 2, name: "FAC/2", excluded: true, checked_on: "2026-03-01 10:00:00"},
        {
            id: 3,
            name: "FAC/3",
            is_blocked: true,
            checked_on: "2026-03-01 10:00:00",
            anomaly_text: "The SIRET is missing\nThe country is missing",
        },
        {
            id: 4,
            name: "AVO/4",
            is_included: true,
            checked_on: "2026-03-01 10:00:00",
            exported_text: "already exported on 01/03/2026 by Marie",
            remark_text: "No discount is mentioned",
        },
    ];
}

defineMailModels();
defineModels([AccountMove, ExportLine]);

const ARCH = `
    <list js_class="chorus_export_list" create="0" edit="0" delete="0"
          decoration-muted="not is_included">
        <field name="is_blocked" column_invisible="1"/>
        <field name="excluded" column_invisible="1"/>
        <field name="checked_on" column_invisible="1"/>
        <field name="exported_text" column_invisible="1"/>
        <field name="remark_text" column_invisible="1"/>
        <field name="is_included" widget="chorus_include" nolabel="1"/>
        <field name="name"/>
        <field name="anomaly_text" widget="chorus_findings"/>
        <field name="move_id" widget="chorus_row_buttons" nolabel="1"/>
        <field name="note" optional="hide"/>
    </list>`;

const SUMMARY = {
    included: "2 to export",
    detail: "",
    excluded: "1 excluded by you",
    held: "1 held back",
    unchecked: "",
};

const ANOMALIES = [
    {
        severity: "blocking",
        message: "The SIRET is missing",
        action: {type: "ir.actions.act_window", res_model: "res.partner", res_id: 12},
        action_text: "Mend “School”",
    },
];

let state = {};

beforeEach(() => {
    state = {summary: SUMMARY, to_check: [], slice: 2};
    onRpc(WIZARD, "get_state", ({args}) => {
        expect(args).toEqual([[7]]);
        return state;
    });
    onRpc(WIZARD, "get_summary", () => SUMMARY);
});

async function mountList(params = {}) {
    await mountView({
        type: "list",
        resModel: LINE,
        arch: ARCH,
        context: {chorus_export_wizard_id: 7},
        ...params,
    });
    await rest();
}

/** Each call that changes something is a step; its answer is the new summary. */
function stepChoices() {
    onRpc(LINE, "set_excluded", ({args}) => {
        expect.step(["set_excluded", ...args]);
        return {...SUMMARY, included: "changed"};
    });
    for (const method of ["action_include_all", "action_exclude_all"]) {
        onRpc(WIZARD, method, ({args}) => {
            expect.step([method, ...args]);
            return {...SUMMARY, included: "changed"};
        });
    }
}

function stepActions() {
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model || action.tag, action.res_id]);
        },
    });
    onRpc(LINE, "action_open_document", ({args}) => ({
        type: "ir.actions.act_window",
        res_model: "account.move",
        res_id: args[0][0] * 10,
    }));
    onRpc(LINE, "action_preview", ({args}) => ({
        type: "ir.actions.client",
        tag: "preview",
        res_id: args[0][0],
    }));
    onRpc(LINE, "get_anomalies", ({args}) => {
        expect.step(["get_anomalies", ...args]);
        return ANOMALIES;
    });
}

const row = (index) => `.o_data_row:eq(${index})`;
const cell = (index) => `${row(index)} td[name='name']`;
const MENU = ".o-dropdown--menu";
const item = (text) => `${MENU} .dropdown-item:contains("${text}")`;

async function rightClick(target, options = {}) {
    await pointerDown(target, {button: 2, ...options});
    await rest();
}

describe("rows", () => {
    test("refused rows look different from rows that the user left out", async () => {
        await mountList();
        expect(".o_data_row").toHaveCount(4);
        expect(".o_data_row.text-decoration-line-through").toHaveText(/FAC\/3/);
        expect(".o_data_row.o_chorus_excluded").toHaveText(/FAC\/2/);
        expect(row(1)).toHaveStyle({"text-decoration-style": "dotted"});
        expect(`${row(2)} .o_chorus_export_anomalies .o_field_widget`).toHaveStyle({
            "text-decoration-line": "none",
            display: "inline-block",
        });
        // Each row has its own box: none of the list's to select it.
        expect(".o_list_record_selector").toHaveCount(0);
    });

    test("show anomalies, remarks and an earlier export", async () => {
        await mountList();
        expect(`${row(2)} [name='anomaly_text']`).toHaveText(/The SIRET is missing\s*and 1 more/);
        expect(`${row(3)} [name='anomaly_text']`).toHaveText(/already exported on .* by Marie/);
        expect(`${row(3)} button[aria-label='Remarks on AVO/4']`).toHaveCount(1);
        expect(`${row(0)} [name='anomaly_text'] button`).toHaveCount(0);
    });

    test("say that they are not checked yet", async () => {
        ExportLine._records = [{id: 1, name: "FAC/1"}];
        await mountList();
        expect(`${row(0)} [name='anomaly_text']`).toHaveText("not checked yet");
        // Neither ticked, since it cannot go, nor unticked, since the user has not excluded it.
        expect(`${row(0)} input[type=checkbox]`).toHaveCount(0);
        expect(
            `${row(0)} button[aria-label='FAC/1 is not checked yet, and cannot go: check it']`
        ).toHaveCount(1);
    });

    test("on a phone, the box and the number come first", async () => {
        patchWithCleanup(utils, {isSmall: () => true});
        const arch = `
            <list js_class="chorus_export_list">
                <field name="excluded" column_invisible="1"/>
                <field name="checked_on" column_invisible="1"/>
                <field name="is_blocked" column_invisible="1"/>
                <field name="note"/>
                <field name="name"/>
                <field name="is_included" widget="chorus_include"/>
            </list>`;
        await mountList({arch});
        expect(queryAllAttributes(`${row(0)} td[name]`, "name")).toEqual([
            "is_included",
            "name",
            "note",
        ]);
    });

    test("have names for who does not see them", async () => {
        await mountList();
        expect(`${row(0)} input[type=checkbox]`).toHaveAttribute("aria-label", "Include FAC/1");
        expect(`${row(0)} input[type=checkbox]`).toBeChecked();
        expect(`${row(1)} input[type=checkbox]`).not.toBeChecked();
        expect(`${row(2)} input[type=checkbox]`).toHaveCount(0);
        expect(`${row(2)} button[aria-label='FAC/3 is held back: see why']`).toHaveCount(1);
        expect(`${row(0)} button[aria-label='Menu of FAC/1']`).toHaveAttribute(
            "aria-haspopup",
            "menu"
        );
        expect(".o_chorus_export_summary [role='status']").toHaveText(
            /2 to export.*1 excluded by you.*1 held back/s
        );
    });
});

describe("including and excluding", () => {
    test("double click, at once and in one call", async () => {
        stepChoices();
        onRpc(LINE, "web_search_read", () => expect.step("load"));
        await mountList();
        expect.verifySteps(["load"]);
        await contains(cell(0)).dblclick();
        expect(row(0)).toHaveClass("o_chorus_excluded");
        await contains(cell(1)).dblclick();
        expect(row(1)).not.toHaveClass("o_chorus_excluded");
        expect.verifySteps([
            ["set_excluded", [1], true],
            ["set_excluded", [2], false],
        ]);
        expect(".o_chorus_export_summary strong").toHaveText("changed");
    });

    test("its box", async () => {
        stepChoices();
        await mountList();
        await contains(`${row(0)} input[type=checkbox]`).click();
        expect(row(0)).toHaveClass("o_chorus_excluded");
        expect.verifySteps([["set_excluded", [1], true]]);
    });

    test("space, from any cell and from the box", async () => {
        stepChoices();
        await mountList();
        await contains(cell(0)).click();
        expect(cell(0)).toBeFocused();
        await press("space");
        await rest();
        expect(row(0)).toHaveClass("o_chorus_excluded");
        expect(cell(0)).toBeFocused();
        await press("arrowleft");
        expect(`${row(0)} input[type=checkbox]`).toBeFocused();
        await press("space");
        await rest();
        expect(row(0)).not.toHaveClass("o_chorus_excluded");
        await press("arrowdown");
        expect(`${row(1)} input[type=checkbox]`).toBeFocused();
        expect.verifySteps([
            ["set_excluded", [1], true],
            ["set_excluded", [1], false],
        ]);
    });

    test("a click, or a double click on a button, does neither", async () => {
        stepChoices();
        stepActions();
        await mountList();
        await contains(cell(0)).click();
        await contains(`${row(3)} button[aria-label='Remarks on AVO/4']`).click();
        expect.verifySteps([["get_anomalies", [4]]]);
    });

    test("all: one call each, those held back stay so", async () => {
        stepChoices();
        onRpc(LINE, "web_search_read", () => expect.step("load"));
        await mountList();
        await contains(".o_chorus_export_exclude_all").click();
        expect(".o_chorus_excluded").toHaveCount(3);
        await contains(".o_chorus_export_include_all").click();
        expect(".o_chorus_excluded").toHaveCount(0);
        expect(".text-decoration-line-through").toHaveCount(1);
        expect.verifySteps(["load", ["action_exclude_all", [7]], ["action_include_all", [7]]]);
    });

    test("all, when rows are grouped: those unfolded follow", async () => {
        stepChoices();
        await mountList({groupBy: ["is_blocked"]});
        await contains(".o_group_header:eq(0)").click();
        await contains(".o_chorus_export_exclude_all").click();
        expect(".o_data_row.o_chorus_excluded").toHaveCount(3);
        expect.verifySteps([["action_exclude_all", [7]]]);
    });

    test("a choice that the server refuses is shown as it is", async () => {
        expect.errors(1);
        onRpc(LINE, "set_excluded", () => {
            throw new Error("gone");
        });
        await mountList();
        await contains(`${row(0)} input[type=checkbox]`).click();
        await expect.waitForErrors([/gone/]);
        expect(row(0)).not.toHaveClass("o_chorus_excluded");
    });
});

describe("explaining", () => {
    const gestures = {
        "double click": () => contains(cell(2)).dblclick(),
        "its sign": () => contains(`${row(2)} .fa-ban`).click(),
        "its anomaly": () => contains(`${row(2)} [name='anomaly_text'] button`).click(),
        space: async () => {
            await contains(cell(2)).click();
            await press("space");
        },
        enter: async () => {
            await contains(cell(2)).click();
            await press("enter");
        },
    };
    for (const [name, gesture] of Object.entries(gestures)) {
        test(`${name} explains a struck document and leads to the record`, async () => {
            stepChoices();
            stepActions();
            await mountList();
            await gesture();
            await rest();
            expect(".modal-title").toHaveText("FAC/3");
            expect(".modal li").toHaveText(/The SIRET is missing/);
            await contains(".modal li button").click();
            expect.verifySteps([
                ["get_anomalies", [3]],
                ["res.partner", 12],
            ]);
            expect(".modal").toHaveCount(0);
        });
    }

    test("the focus comes back when the explanation is closed", async () => {
        stepActions();
        await mountList();
        await contains(cell(2)).click();
        await press("enter");
        await rest();
        await contains(".modal footer button").click();
        expect(cell(2)).toBeFocused();
        expect.verifySteps([["get_anomalies", [3]]]);
    });

    test("why documents are held back, by cause", async () => {
        onRpc(WIZARD, "get_causes", ({args}) => {
            expect.step(args);
            return [{...ANOMALIES[0], count: 12}];
        });
        await mountList();
        await contains(".o_chorus_export_causes").click();
        expect(".modal-title").toHaveText("1 held back");
        expect(".modal li").toHaveText(/12 documents in this case/);
        expect.verifySteps([[[7]]]);
    });
});

describe("opening", () => {
    test("its button and enter open the document", async () => {
        stepActions();
        await mountList();
        await contains(`${row(0)} button[aria-label='Open FAC/1']`).click();
        await contains(cell(3)).click();
        await press("enter");
        await rest();
        expect.verifySteps([
            ["account.move", 10],
            ["account.move", 40],
        ]);
    });

    test("its button previews the file", async () => {
        stepActions();
        await mountList();
        await contains(`${row(1)} button[aria-label='Preview the file of FAC/2']`).click();
        expect.verifySteps([["preview", 2]]);
    });

    test("enter on a button presses that button alone", async () => {
        stepActions();
        await mountList();
        queryFirst(`${row(0)} button[aria-label='Menu of FAC/1']`).focus();
        await press("enter");
        await rest();
        expect(".o-dropdown--menu").toHaveCount(1);
        expect.verifySteps([]);
    });
});

describe("the menu", () => {
    const entries = (excluded) => [
        excluded ? "Include this document" : "Exclude this document",
        "Open the document",
        "Preview the file",
        "Include all",
        "Exclude all",
        "Check again",
    ];

    test("right click, its button and two keys open the same one", async () => {
        await mountList();
        const openers = {
            "right click": () => rightClick(cell(0)),
            button: () => contains(`${row(0)} .fa-ellipsis-v`).click(),
            "shift+f10": async () => {
                await contains(cell(0)).click();
                await press(["shift", "F10"]);
            },
            contextmenu: async () => {
                await contains(`${row(0)} [name='anomaly_text']`).click();
                await keyDown("ContextMenu");
            },
        };
        for (const [name, open] of Object.entries(openers)) {
            await open();
            await rest();
            expect(MENU).toHaveCount(1, {message: name});
            const {left, top} = queryFirst(MENU).getBoundingClientRect();
            const list = queryFirst(".o_list_renderer").getBoundingClientRect();
            expect(left >= list.left && top >= list.top && top < list.bottom).toBe(true);
            expect(`${MENU} .dropdown-item`).toHaveCount(entries(false).length);
            for (const entry of entries(false)) {
                expect(item(entry)).toHaveCount(1, {message: `${name}: ${entry}`});
            }
            await press("escape");
            await rest();
            expect(MENU).toHaveCount(0);
        }
        await rightClick(cell(1));
        expect(item("Include this document")).toHaveCount(1);
    });

    test("takes the focus and gives it back", async () => {
        await mountList();
        await contains(cell(0)).click();
        await press(["shift", "F10"]);
        await rest();
        expect(item("Exclude this document")).toBeFocused();
        await press("arrowdown");
        await rest();
        expect(item("Open the document")).toBeFocused();
        await press("escape");
        await rest();
        expect(cell(0)).toBeFocused();
    });

    test("each entry does what it says", async () => {
        stepChoices();
        stepActions();
        await mountList();
        for (const [index, entry, step] of [
            [0, "Exclude this document", ["set_excluded", [1], true]],
            [0, "Include this document", ["set_excluded", [1], false]],
            [0, "Open the document", ["account.move", 10]],
            [0, "Preview the file", ["preview", 1]],
            [0, "Include all", ["action_include_all", [7]]],
            [0, "Exclude all", ["action_exclude_all", [7]]],
            [3, "Show the remarks", ["get_anomalies", [4]]],
        ]) {
            await rightClick(cell(index));
            await contains(item(entry)).click();
            expect.verifySteps([step]);
        }
    });

    test("a struck document is explained, never included", async () => {
        stepActions();
        await mountList();
        await rightClick(cell(2));
        expect(item("this document")).toHaveCount(0);
        await contains(item("Show the anomalies")).click();
        expect.verifySteps([["get_anomalies", [3]]]);
    });

    test("the browser's own menu stays within reach", async () => {
        await mountList();
        await keyDown("shift");
        await rightClick(cell(0));
        expect(MENU).toHaveCount(0);
        await press("shift");
        const range = document.createRange();
        range.selectNodeContents(queryFirst(cell(0)));
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        const prevented = [];
        queryFirst(".o_list_renderer").addEventListener("contextmenu", (ev) =>
            prevented.push(ev.defaultPrevented)
        );
        for (const index of [0, 1]) {
            const target = queryFirst(cell(index));
            manuallyDispatchProgrammaticEvent(target, "mousedown", {button: 2});
            manuallyDispatchProgrammaticEvent(target, "contextmenu", {button: 2});
        }
        // On the selected text, then on another row.
        expect(prevented).toEqual([false, true]);
        getSelection().removeAllRanges();
    });
});

describe("checking", () => {
    test("rows that may have changed are checked before they are shown", async () => {
        onRpc(WIZARD, "check_moves", ({args}) => {
            expect.step(["check_moves", ...args]);
            return true;
        });
        onRpc(LINE, "web_search_read", () => expect.step("load"));
        state = {...state, to_check: [31]};
        await mountList();
        expect.verifySteps([["check_moves", [7], [31]], "load"]);
    });

    test("all documents, slice after slice, with progress", async () => {
        const slice = new HeldAnswer();
        onRpc(WIZARD, "get_moves_to_check", ({kwargs}) => {
            expect(kwargs.everything).toBe(true);
            return [11, 12, 13];
        });
        onRpc(WIZARD, "check_moves", async ({args}) => {
            expect.step(["check_moves", args[1]]);
            if (args[1].length === 1) {
                await slice.wait();
            }
            return true;
        });
        onRpc(WIZARD, "end_check", () => {
            expect.step("end_check");
            return true;
        });
        await mountList();
        await contains(".o_chorus_export_refresh").click();
        expect("[role='progressbar']").toHaveAttribute("aria-valuenow", "67");
        expect(".o_chorus_export_progress").toHaveText(/Checking: 2 of 3/);
        expect(".o_chorus_export_finish").not.toBeEnabled();
        slice.give();
        await rest();
        expect("[role='progressbar']").toHaveCount(0);
        expect(".o_chorus_export_finish").toBeEnabled();
        expect.verifySteps([["check_moves", [11, 12]], ["check_moves", [13]], "end_check"]);
    });

    test("stopped: the slices that follow are left out, and it does not start again", async () => {
        const slice = new HeldAnswer();
        onRpc(WIZARD, "check_moves", async ({args}) => {
            expect.step(["check_moves", args[1]]);
            await slice.wait();
            return true;
        });
        onRpc(WIZARD, "end_check", () => expect.step("end_check"));
        // More than a slice waits as the window opens: its rows are shown meanwhile.
        state = {...state, to_check: [11, 12, 13]};
        await mountList();
        expect(".o_data_row").toHaveCount(4);
        await contains(".o_chorus_export_progress button").click();
        slice.give();
        await rest();
        expect("[role='progressbar']").toHaveCount(0);
        expect.verifySteps([["check_moves", [11, 12]]]);
    });

    test("one that was left is checked by its sign, and excluded or not before that", async () => {
        ExportLine._records = [
            {id: 1, name: "FAC/1", move_id: 31},
            {id: 2, name: "FAC/2", move_id: 32},
        ];
        AccountMove._records = [31, 32].map((id) => ({id}));
        stepChoices();
        onRpc(WIZARD, "check_moves", ({args}) => {
            expect.step(["check_moves", ...args]);
            MockServer.env[LINE].write([1], {checked_on: "2026-03-01 10:00:00"});
            return true;
        });
        await mountList();
        await contains(cell(0)).dblclick();
        expect(`${row(0)} input[type=checkbox]`).not.toBeChecked();
        await contains(`${row(0)} input[type=checkbox]`).click();
        await contains(`${row(0)} .fa-clock-o`).click();
        expect(`${row(0)} input[type=checkbox]`).toBeChecked();
        expect(`${row(1)} .fa-clock-o`).toHaveCount(1);
        expect.verifySteps([
            ["set_excluded", [1], true],
            ["set_excluded", [1], false],
            ["check_moves", [7], [31]],
        ]);
    });

    test("the focus stays on its document when rows are loaded again", async () => {
        onRpc(WIZARD, "get_moves_to_check", () => []);
        onRpc(WIZARD, "end_check", () => true);
        await mountList();
        await contains(cell(1)).click();
        await rightClick(cell(1));
        await contains(item("Check again")).click();
        expect(cell(1)).toBeFocused();
    });
});

test("the files are made in one call, then the report opens", async () => {
    onRpc(WIZARD, "action_export", ({args}) => {
        expect.step(args);
        return {type: "ir.actions.client", tag: "report"};
    });
    stepActions();
    await mountList();
    await contains(".o_chorus_export_finish").click();
    expect.verifySteps([[[7]], ["report", undefined]]);
});

test("files are made once the server knows the last choice", async () => {
    const choice = new HeldAnswer();
    onRpc(LINE, "set_excluded", async () => {
        await choice.wait();
        expect.step("set_excluded");
        return SUMMARY;
    });
    onRpc(WIZARD, "action_export", () => {
        expect.step("action_export");
        return {type: "ir.actions.act_window", res_model: "l10n_fr.chorus.export", res_id: 5};
    });
    stepActions();
    await mountList();
    await contains(`${row(0)} input[type=checkbox]`).click();
    await contains(".o_chorus_export_finish").click();
    expect.verifySteps([]);
    choice.give();
    await rest();
    expect.verifySteps(["set_excluded", "action_export", ["l10n_fr.chorus.export", 5]]);
});

test("no file is made when the server did not take the last choice", async () => {
    expect.errors(1);
    const choice = new HeldAnswer();
    onRpc(LINE, "set_excluded", () => choice.wait());
    onRpc(WIZARD, "action_export", () => expect.step("action_export"));
    await mountList();
    await contains(`${row(0)} input[type=checkbox]`).click();
    await contains(".o_chorus_export_finish").click();
    choice.refuse(new Error("Refused"));
    await rest();
    await expect.waitForErrors(["Refused"]);
    expect.verifySteps([]);
    expect(`${row(0)} input[type=checkbox]`).toBeChecked();
});

test("back from another tab: the rows are what they have become", async () => {
    onRpc(LINE, "web_search_read", () => expect.step("load"));
    await mountList();
    expect(`${row(0)} input[type=checkbox]`).toBeChecked();
    MockServer.env[LINE].write([1], {excluded: true, is_included: false});
    manuallyDispatchProgrammaticEvent(window, "focus");
    await rest();
    expect(`${row(0)} input[type=checkbox]`).not.toBeChecked();
    expect.verifySteps(["load", "load"]);
});

test("back from another tab by a right click: the menu is that of the row on screen", async () => {
    stepChoices();
    await mountList();
    await rightClick(cell(0));
    manuallyDispatchProgrammaticEvent(window, "focus");
    await rest();
    await contains(item("Exclude this document")).click();
    expect(row(0)).toHaveClass("o_chorus_excluded");
    expect.verifySteps([["set_excluded", [1], true]]);
});

test("a choice made while rows come back is not undone by them", async () => {
    const rows = new HeldAnswer();
    let loads = 0;
    onRpc(LINE, "web_search_read", async ({parent}) => {
        loads += 1;
        const before = parent();
        if (loads === 2) {
            await rows.wait();
        }
        return before;
    });
    onRpc(LINE, "set_excluded", ({args}) => {
        MockServer.env[LINE].write(args[0], {excluded: args[1]});
        return SUMMARY;
    });
    await mountList();
    manuallyDispatchProgrammaticEvent(window, "focus");
    await rest();
    await contains(`${row(0)} input[type=checkbox]`).click();
    rows.give();
    await rest();
    expect(row(0)).toHaveClass("o_chorus_excluded");
    expect(loads).toBe(3);
});

test("rows loaded again wait for the last choice", async () => {
    const choice = new HeldAnswer();
    onRpc(LINE, "set_excluded", async () => {
        await choice.wait();
        expect.step("set_excluded");
        return SUMMARY;
    });
    onRpc(LINE, "web_search_read", () => expect.step("load"));
    await mountList();
    expect.verifySteps(["load"]);
    await contains(`${row(0)} input[type=checkbox]`).click();
    await contains("th[data-name='name']").click();
    expect.verifySteps([]);
    choice.give();
    await rest();
    expect.verifySteps(["set_excluded", "load"]);
});
