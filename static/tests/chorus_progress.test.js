import {beforeEach, expect, test} from "@odoo/hoot";
import {Deferred} from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {contains, rest} from "./chorus_test_helpers";

const EXPORT = "l10n_fr_chorus.export";
const MESSAGE = "l10n_fr_chorus_export/progress";

class Export extends models.Model {
    _name = EXPORT;

    name = fields.Char();
    progress = fields.Float();
    state = fields.Char();

    _records = [
        {id: 7, name: "CHORUS/7", progress: 0, state: "waiting"},
        {id: 8, name: "CHORUS/8", progress: 10, state: "running"},
    ];
}

defineMailModels();
defineModels([Export]);

const ARCH = `
    <form edit="0">
        <div class="running" invisible="state == 'done'">
            <field name="progress" widget="chorus_progress" readonly="1"/>
        </div>
        <field name="name" readonly="1"/>
        <field name="state" readonly="1"/>
    </form>`;

beforeEach(() => {
    onRpc(EXPORT, "web_read", ({args}) => expect.step(`read ${args[0]}`));
});

async function mountForm() {
    await mountView({
        type: "form",
        resModel: EXPORT,
        resId: 7,
        resIds: [7, 8],
        arch: ARCH,
    });
    await getService("bus_service").start();
    await rest();
    expect.verifySteps(["read 7"]);
}

function expectProgress(percent) {
    expect(".running .o_progress").toHaveAttribute("aria-valuenow", percent);
}

/** The server writes, then notifies; the form hears it before this test, and has read it after. */
async function advance(id, values) {
    MockServer.env[EXPORT].write([id], values);
    const heard = new Deferred();
    const bus = getService("bus_service");
    bus.subscribe(MESSAGE, () => heard.resolve());
    MockServer.env["bus.bus"]._sendone("broadcast", MESSAGE, {id, ...values});
    await heard;
    await rest();
}

test("the form follows its export, by slices and to its end", async () => {
    await mountForm();
    expectProgress("0");
    await advance(7, {progress: 40, state: "running"});
    expect.verifySteps(["read 7"]);
    expectProgress("40");
    expect("[name=state]").toHaveText("running");
    await advance(7, {progress: 80, state: "running"});
    expect.verifySteps(["read 7"]);
    expectProgress("80");
    await advance(7, {progress: 100, state: "done"});
    expect.verifySteps(["read 7"]);
    expect(".running").toHaveCount(0);
    expect("[name=state]").toHaveText("done");
    await advance(7, {name: "CHORUS/7", state: "done"});
    expect.verifySteps([], {message: "the form does not listen to an export that is over"});
});

test("another export that goes on is none of its business", async () => {
    await mountForm();
    await advance(8, {progress: 60, state: "running"});
    expect.verifySteps([]);
    expectProgress("0");
});

test("the form follows the export that it shows, not the one that it showed", async () => {
    await mountForm();
    await contains(".o_pager_next").click();
    expect.verifySteps(["read 8"]);
    await advance(7, {progress: 40, state: "running"});
    expect.verifySteps([]);
    await advance(8, {progress: 60, state: "running"});
    expect.verifySteps(["read 8"]);
    expectProgress("60");
});
