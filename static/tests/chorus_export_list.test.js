import {expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    models,
    mockService,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

const WIZARD = "account.move.chorus.export";
const LINE = "account.move.chorus.export.line";

class ExportLine extends models.Model {
    _name = LINE;

    name = fields.Char();
    is_blocked = fields.Boolean();
    excluded = fields.Boolean();
    is_included = fields.Boolean();
    anomaly_text = fields.Text();

    _records = [
        {id: 1, name: "FAC/1", is_included: true},
        {id: 2, name: "FAC/2", excluded: true},
        {id: 3, name: "FAC/3", is_blocked: true, anomaly_text: "The SIRET is missing"},
    ];
}

defineMailModels();
defineModels([ExportLine]);

const ARCH = `
    <list js_class="chorus_export_list" create="0" edit="0" delete="0" decoration-muted="not is_included">
        <field name="is_blocked" column_invisible="1"/>
        <field name="excluded" column_invisible="1"/>
        <field name="is_included" column_invisible="1"/>
        <field name="name"/>
        <field name="anomaly_text" widget="text"/>
    </list>`;

async function mountList() {
    onRpc(WIZARD, "get_summary", ({args}) => {
        expect(args).toEqual([[7]]);
        return {included: "1 to export", excluded: "1 excluded by you", held: "1 held back"};
    });
    await mountView({
        type: "list",
        resModel: LINE,
        arch: ARCH,
        context: {chorus_export_wizard_id: 7},
    });
}

test("rows tell apart what would be refused and what is left out", async () => {
    await mountList();
    expect(".o_data_row").toHaveCount(3);
    expect(".o_data_row.text-decoration-line-through").toHaveText(/FAC\/3/);
    expect(".o_data_row.fst-italic").toHaveText(/FAC\/2/);
    expect(".o_data_row:eq(2) .o_chorus_export_anomalies .o_field_widget").toHaveStyle({
        "text-decoration-line": "none",
        display: "inline-block",
    });
    // Each row has its own box: none of the list's to select it.
    expect(".o_list_record_selector").toHaveCount(0);
});

test("the totals of the whole window come from the server", async () => {
    await mountList();
    expect(".o_chorus_export_summary [role='status']").toHaveText(
        /1 to export.*1 excluded by you.*1 held back/s
    );
});

test("double click includes or excludes a document", async () => {
    onRpc(LINE, "action_toggle", ({args}) => {
        expect.step(args[0]);
        return false;
    });
    await mountList();
    await contains(".o_data_row:eq(0) [name='name']").dblclick();
    await contains(".o_data_row:eq(1) [name='name']").dblclick();
    expect.verifySteps([[1], [2]]);
});

test("double click on a struck document explains it and leads to the record", async () => {
    onRpc(LINE, "get_anomalies", ({args}) => {
        expect(args[0]).toEqual([3]);
        return [
            {
                severity: "blocking",
                message: "The SIRET is missing",
                model: "res.partner",
                id: 12,
            },
        ];
    });
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model, action.res_id]);
        },
    });
    await mountList();
    await contains(".o_data_row:eq(2) [name='name']").dblclick();
    await animationFrame();
    expect(".modal-title").toHaveText("FAC/3");
    expect(".modal li").toHaveText(/The SIRET is missing/);
    await contains(".modal li button").click();
    expect.verifySteps([["res.partner", 12]]);
    expect(".modal").toHaveCount(0);
});

test("each button is one call, then the rows are loaded again or the action followed", async () => {
    for (const method of ["action_include_all", "action_exclude_all", "action_refresh"]) {
        onRpc(WIZARD, method, ({args}) => {
            expect.step([method, args[0]]);
            return false;
        });
    }
    onRpc(WIZARD, "action_export", () => ({type: "ir.actions.client", tag: "report"}));
    onRpc(LINE, "web_search_read", () => {
        expect.step("load");
    });
    mockService("action", {
        doAction(action) {
            expect.step(action.tag);
        },
    });
    await mountList();
    for (const index of [0, 1, 2]) {
        await contains(`.o_chorus_export_summary button:eq(${index})`).click();
    }
    await contains(".o_chorus_export_finish").click();
    expect.verifySteps([
        "load",
        ["action_include_all", [7]],
        "load",
        ["action_exclude_all", [7]],
        "load",
        ["action_refresh", [7]],
        "load",
        "report",
    ]);
});
