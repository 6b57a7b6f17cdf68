/**
 * The demo accountant looks at two exports that go on in the background, in Chromium: at the first
 * to its end, at the second until he cancels it.
 *
 * Says READY once both forms are open, and in the end what they have shown, as JSON.
 */
import {createRequire} from "node:module";
import path from "node:path";

const {url, exports, npm, browser, photos} = JSON.parse(process.argv[2]);
const require = createRequire(path.join(npm, "node_modules", "."));
const {chromium} = require("playwright-core");

const ACTION = "l10n_fr_chorus_export.l10n_fr_chorus_export_action";

/** What the user sees at this moment. */
function look() {
    const text = (selector) => document.querySelector(selector)?.innerText.trim() || "";
    return {
        progress: document.querySelector(".o_form_sheet .o_progress")?.ariaValueNow || "",
        state: text(".o_statusbar_status .o_arrow_button_current"),
        files: text("[name=exported_count] .o_stat_value"),
        warning: text(".o_form_sheet .alert-warning"),
        error: text(".o_error_dialog, .o_form_sheet .alert-danger"),
        notifications: [...document.querySelectorAll(".o_notification_content")].map((element) =>
            element.innerText.trim()
        ),
    };
}

/** Milliseconds: a busy machine is slow. */
const PATIENCE = 300_000;

async function open(context, id) {
    const page = await context.newPage();
    await page.goto(`${url}/odoo/action-${ACTION}/${id}`);
    await page.waitForSelector(".o_form_sheet .o_progress");
    await page.waitForFunction(
        // What was told before it names its channels comes too: the server keeps it a minute.
        () => odoo.__WOWL_DEBUG__?.root.env.services.bus_service.workerState === "CONNECTED"
    );
    await page.evaluate(() => (window.isNeverReloaded = true));
    return page;
}

/** Watch a form until its export is over, and press cancel once it has begun if that is wanted. */
async function follow(page, cancels) {
    const name = await page.innerText(".o_form_sheet h1");
    const seen = [];
    const note = async (now) => {
        if (JSON.stringify(now) !== JSON.stringify(seen.at(-1))) {
            seen.push(now);
            await photograph(page, `${name.replaceAll("/", "_")}-${seen.length}`);
        }
    };
    let isAsked = false;
    const deadline = Date.now() + PATIENCE;
    while (Date.now() < deadline) {
        const now = await page.evaluate(look);
        await note(now);
        if (now.warning || now.error || now.notifications.some((text) => text.includes(name))) {
            break;
        }
        if (cancels && !isAsked && parseFloat(now.progress) > 0) {
            isAsked = true;
            await page.click("button[name=action_cancel]");
            await page.click(".modal footer .btn-primary");
        }
        await page.waitForTimeout(50);
    }
    // The form is read once more when the files are in the folder. Should they never come, the last
    // look shows it.
    await page
        .waitForFunction(() => {
            const state = document.querySelector(".o_statusbar_status .o_arrow_button_current");
            const isOver = !document.querySelector(".o_form_sheet .o_progress");
            return isOver && state?.innerText.trim() === "Fichiers écrits";
        })
        .catch(() => {});
    await note(await page.evaluate(look));
    return {name, seen, isNeverReloaded: await page.evaluate(() => window.isNeverReloaded)};
}

/** For developers who want to look at the page. */
async function photograph(page, label) {
    if (photos) {
        await page.screenshot({path: path.join(photos, `${label}.png`)});
    }
}

const driver = await chromium.launch({executablePath: browser, args: ["--no-sandbox"]});
try {
    const context = await driver.newContext({
        viewport: {width: 1366, height: 800},
        locale: "fr-FR",
    });
    context.setDefaultTimeout(PATIENCE);
    const login = await context.newPage();
    await login.goto(`${url}/web/login`);
    await login.fill("#login", "comptable");
    await login.fill("#password", "comptable");
    await Promise.all([login.waitForURL(/\/odoo/), login.click("button[type=submit]")]);
    await login.close();
    const pages = [];
    for (const id of exports) {
        pages.push(await open(context, id));
    }
    console.log("READY");
    const answers = [await follow(pages[0], false), await follow(pages[1], true)];
    console.log(JSON.stringify(answers));
} finally {
    await driver.close();
}
