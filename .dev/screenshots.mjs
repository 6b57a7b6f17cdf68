/**
 * Screenshots of each page of the addon from the demo database, and the faults that axe finds in them:
 * `./dev screenshots` starts the server, this drives Chromium.
 *
 * French, light and dark, on a desktop and 400 px wide; the window once from right to left.
 * Odoo's own faults are Odoo's: axe looks at our pages, not at the menus around them.
 *
 * `./dev screenshots --guide` makes the pictures of the user guide instead.
 */
import {createRequire} from "node:module";
import {mkdirSync} from "node:fs";
import path from "node:path";

const [url, database, folder, npm, browser, guide] = process.argv.slice(2);
const require = createRequire(path.join(npm, "node_modules", "."));
const {chromium} = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const DESKTOP = {width: 1366, height: 800};
const PHONE = {width: 400, height: 800};
const VARIANTS = [
    {name: "desktop-light", viewport: DESKTOP},
    {name: "desktop-dark", viewport: DESKTOP, isDark: true},
    {name: "400px-light", viewport: PHONE, hasTouch: true},
    {name: "400px-dark", viewport: PHONE, hasTouch: true, isDark: true},
    {name: "desktop-rtl", viewport: DESKTOP, isRtl: true},
];
const ADDON = "l10n_fr_chorus_export";
const ROW = ".o_data_row";
const HELD = `${ROW}.o_chorus_held`;

/** Milliseconds: a busy machine is slow, and no page is at fault for that. */
const PATIENCE = 300_000;
/** The same, for waits without a name of their own: some requests never end. */
const REST = 5_000;

let faults = 0;

/**
 * What is Odoo's own, by axe's rule: the elements that our pages are made of.
 */
const ODOO = {
    "aria-allowed-attr": ".o-dropdown-item, .o-autocomplete--input, .o-dropdown",
    "aria-prohibited-attr": ".fa-long-arrow-right",
    "aria-required-parent": ".nav-link",
    "autocomplete-valid": ".o_select_menu_input",
    "button-name": ".o_optional_columns_dropdown *, .o_clipboard_button, .o_list_button button",
    "color-contrast":
        ".o-dropdown-item, .o_form_label, .badge, .o_statusbar_status *, .o_form_statusbar *",
    "image-alt": ".o_avatar img, .o_m2o_avatar img",
    label: ".o_list_record_selector input",
};

/** A page of a logged-in user, in a variant. */
async function open(driver, {viewport, hasTouch = false, isDark, isRtl}) {
    const context = await driver.newContext({
        viewport,
        hasTouch,
        locale: "fr-FR",
        timezoneId: "Europe/Paris",
        serviceWorkers: "block", // Pages would come past the changes below
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    followRequests(page);
    page.on("pageerror", (error) => fail(`error in the page: ${error.message}`));
    // The community edition never serves dark styles (tests/dark.scss stands for those of the other
    // one), and the demo database has no language that is written from right to left.
    await page.route(/\/odoo(\/|\?|$)/, async (route) => {
        const response = await route.fetch();
        const bundle = `web.assets_web${isDark ? "_dark" : ""}${isRtl ? ".rtl" : ""}.min.css`;
        const body = (await response.text())
            .replace(/\/web\/assets\/\w+\/web\.assets_web\.min\.css/, `/web/assets/any/${bundle}`)
            .replace("<html", isRtl ? '<html dir="rtl"' : "<html");
        await route.fulfill({response, body});
    });
    await page.goto(`${url}/web/login?db=${database}`);
    await page.fill("#login", "comptable");
    await page.fill("#password", "comptable");
    await Promise.all([page.waitForURL(/\/odoo/), page.click("button[type=submit]")]);
    return page;
}

function fail(message) {
    faults += 1;
    console.log(`FAILED ${message}`);
}

/** What a page has asked for and not got yet. */
const requests = new WeakMap();

function followRequests(page) {
    const pending = new Set();
    requests.set(page, pending);
    // What a worker shared by the pages asks for comes to its end in none of them.
    const isOurs = (request) => !/\/(bus|websocket)\b/.test(request.url());
    page.on("request", (request) => isOurs(request) && pending.add(request));
    page.on("requestfinished", (request) => pending.delete(request));
    page.on("requestfailed", (request) => pending.delete(request));
    page.on("framenavigated", (frame) => frame === page.mainFrame() && pending.clear());
}

/**
 * Wait until a page is at rest: nothing asked for is missing, fonts and pictures are there, what
 * moved has come to its place. It listens for messages all the time, so it is never idle.
 */
async function rest(page) {
    const deadline = Date.now() + REST;
    for (let quiet = 0; quiet < 2; quiet++) {
        await page.evaluate(async () => {
            // Some never come to an end: an animation that the page has stopped, for instance.
            const within = (promises) =>
                Promise.race([
                    Promise.all(promises.map((promise) => promise.catch(() => {}))),
                    new Promise((resolve) => setTimeout(resolve, 5000)),
                ]);
            await within([document.fonts.ready]);
            const pictures = [...document.images].filter(({loading}) => loading !== "lazy");
            await within(pictures.map((image) => image.decode()));
            const moves = document
                .getAnimations()
                .filter(({effect}) => Number.isFinite(effect.getComputedTiming().endTime));
            await within(moves.map(({finished}) => finished));
            const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
            await within([frame().then(frame)]);
        });
        if (requests.get(page).size && Date.now() < deadline) {
            quiet = -1;
        }
    }
}

/** Photograph a page, and have axe check our part of it. */
async function look(page, variant, name, ours) {
    await rest(page);
    const label = `${name}-${variant.name}`;
    await page.screenshot({path: path.join(folder, `${label}.png`)});
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > variant.viewport.width) {
        fail(`${label}: ${width} px wide`);
    }
    await page.addScriptTag({path: axe});
    const found = await page.evaluate(
        async ([include, odoo]) => {
            const {violations} = await window.axe.run({include}, {resultTypes: ["violations"]});
            return violations
                .filter(({impact}) => ["serious", "critical"].includes(impact))
                .map(({id, help, nodes}) => ({
                    id,
                    help,
                    nodes: nodes
                        .filter(
                            ({target}) => !document.querySelector(target).matches(odoo[id] || "x")
                        )
                        .map(({html}) => html.slice(0, 200)),
                }))
                .filter(({nodes}) => nodes.length);
        },
        [[ours], ODOO]
    );
    for (const {id, help, nodes} of found) {
        fail(`${label}: ${id}: ${help}`);
        nodes.slice(0, 3).forEach((html) => console.log(`    ${html}`));
    }
    if (!found.length) {
        console.log(`ok ${label}`);
    }
}

async function goto(page, action) {
    await page.goto(`${url}/odoo/action-${ADDON}.${action}`);
}

/** The first page, then the window with the documents exported before. */
async function openWindow(page) {
    await goto(page, "account_move_chorus_export_action");
    await page.locator(".modal div[name='again'] input").check();
    await page.click(".modal button[name='action_next']");
    await page.waitForSelector(`${ROW} td[name='partner_id']`);
}

/** Some documents are exported beforehand, so that the report has something to show. */
async function exportSome(page, variant) {
    await openWindow(page);
    await page.locator(`${ROW}:not(.o_chorus_held) input[type=checkbox]`).nth(5).uncheck();
    await page.mouse.move(0, 0); // away from elements with a tooltip
    await look(page, variant, "window-before", ".o_content");
    await page.click(".o_chorus_export_finish");
    await page.waitForSelector(".o_form_view .nav-link[name='files']");
    return page.url();
}

async function visit(page, variant, report) {
    await goto(page, "account_move_chorus_export_action");
    await page.waitForSelector(".modal div[name='folder']");
    await look(page, variant, "choices", ".modal-content");
    await page.locator(".modal div[name='period'] input").click();
    await page.locator(".o_select_menu_menu .o_select_menu_item").nth(2).click();
    await page.waitForSelector(".modal .alert");
    await look(page, variant, "nothing", ".modal-content");
    await openWindow(page);
    await page.mouse.move(0, 0);
    await look(page, variant, "window", ".o_content");
    await page.locator(`${ROW} .fa-ellipsis-v`).first().click();
    await page.waitForSelector(".o-dropdown--menu .dropdown-item");
    await look(page, variant, "menu", ".o-dropdown--menu");
    await page.keyboard.press("Escape");
    await page.locator(`${HELD} .fa-ban`).first().click();
    await page.waitForSelector(".modal li");
    await look(page, variant, "anomalies", ".modal-content");
    await page.click(".modal footer button");
    await page.click(".o_chorus_export_causes");
    await page.waitForSelector(".modal li");
    await look(page, variant, "causes", ".modal-content");
    await page.click(".modal footer button");
    await page.goto(report);
    await page.waitForSelector(".o_form_view .nav-link[name='files']");
    await look(page, variant, "report", ".o_form_sheet");
    // Cards on a phone, rows elsewhere.
    for (const [name, action] of [
        ["exports", "l10n_fr_chorus_export_action"],
        ["documents", "l10n_fr_chorus_export_line_action"],
    ]) {
        await goto(page, action);
        await page.waitForSelector(`${ROW}, .o_kanban_record:not(.o_kanban_ghost)`);
        await look(page, variant, name, ".o_content");
    }
}

/** The user guide: in a tab of its own, and as Odoo shows it on the page of the addon. */
async function visitGuide(page, variant) {
    await page.emulateMedia({colorScheme: variant.isDark ? "dark" : "light"});
    await page.goto(`${url}/${ADDON}/static/description/index.html`);
    await look(page, variant, "guide", "main");
}

const WINDOW = {width: 1366, height: 720};

/** What the pictures of the guide say of the folder, wherever the demo database is. */
const SERVER_FOLDER = "/srv/chorus";

/** One picture of the guide: of an element, or of the page. */
async function picture(page, name, selector) {
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement.blur());
    await rest(page);
    await page.evaluate((folderName) => {
        const serverFolder = /\/\S*\/l10n_fr_chorus_export\/chorus_\w+/;
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            texts.currentNode.data = texts.currentNode.data.replace(serverFolder, folderName);
        }
    }, SERVER_FOLDER);
    const target = selector ? page.locator(selector).last() : page;
    await target.screenshot({path: path.join(folder, `${name}.png`)});
    console.log(`ok ${name}`);
}

/** The pictures of the guide, in the order of a first export. */
async function illustrate(page) {
    await page.setViewportSize({...WINDOW, height: 1300}); // the whole of a long dialog
    await goto(page, "l10n_fr_chorus_config_action");
    await page.waitForSelector(".modal div[name='syntax']");
    await picture(page, "settings", ".modal-content");

    await page.goto(`${url}/odoo/action-account.res_partner_action_customer?view_type=list`);
    await page.locator(".o_data_row, .o_kanban_record", {hasText: "Ville d'Essai"}).first().click();
    await page.click(".nav-link[name='l10n_fr_chorus_export']");
    await picture(page, "customer", ".o_form_sheet");
    await page.setViewportSize(WINDOW);

    await goto(page, "account_move_chorus_export_action");
    await page.waitForSelector(".modal div[name='folder']");
    await picture(page, "choices", ".modal-content");

    await page.click(".modal button[name='action_next']");
    await page.waitForSelector(`${ROW} td[name='partner_id']`);
    await page.locator(ROW).last().scrollIntoViewIfNeeded();
    await page.locator(`${ROW}:not(.o_chorus_held) input[type=checkbox]`).last().uncheck();
    await picture(page, "window");
    await page.locator(`${HELD} .fa-ban`).last().click();
    await page.waitForSelector(".modal li");
    await picture(page, "anomalies", ".modal-content");
    await page.click(".modal footer button");
    await page.locator(`${ROW}:not(.o_chorus_held) .fa-eye`).first().click();
    await page.waitForSelector(".modal .o_notebook");
    await picture(page, "preview", ".modal-content");
    await page.click(".modal footer button[special='cancel'], .modal .btn-close");
    // Its fault is on another record, to which the alert leads.
    await page.locator(HELD, {hasText: "Syndicat"}).locator(".fa-external-link").click();
    await page.waitForSelector(".o_form_view .alert a, .o_form_view .alert button");
    await picture(page, "invoice");
    await page.locator(".o_breadcrumb a", {hasText: "Pièces à exporter"}).click();
    await page.waitForSelector(`${ROW} td[name='partner_id']`);

    await page.click(".o_chorus_export_finish");
    await page.waitForSelector(".o_form_view .nav-link[name='files']");
    await picture(page, "report");
    await page.click("button[name='action_record_outcome']");
    await page.waitForSelector(".modal div[name='outcome']");
    await picture(page, "outcome", ".modal-content");
    await page.click(".modal .btn-close");
    await page.click(".nav-link[name='files']");
    await page.locator("button[name='action_open_rejection']").first().click();
    await page.waitForSelector(".modal textarea");
    await page.fill(".modal textarea", REFUSAL);
    await page.locator(".modal textarea").blur();
    await page.waitForSelector(".modal div[name='explanations'] *");
    await picture(page, "refusal", ".modal-content");
}

/** What the portal says of a SIRET that it does not know. */
const REFUSAL = "Le destinataire est introuvable ou inactif.";

/** The server has just been started. */
async function waitForServer() {
    const deadline = Date.now() + PATIENCE;
    while (Date.now() < deadline) {
        try {
            await fetch(`${url}/web/health`);
            return;
        } catch {
            await new Promise((resolve) => setTimeout(resolve, 500));
        }
    }
    throw new Error(`no server at ${url}`);
}

mkdirSync(folder, {recursive: true});
await waitForServer();
const driver = await chromium.launch({executablePath: browser, args: ["--no-sandbox"]});
try {
    if (guide) {
        await illustrate(await open(driver, {viewport: WINDOW}));
    }
    let report = null;
    for (const variant of guide ? [] : VARIANTS) {
        const page = await open(driver, variant);
        report = report || (await exportSome(page, variant));
        await visit(page, variant, report);
        await visitGuide(page, variant);
        await page.context().close();
    }
} finally {
    await driver.close();
}
process.exit(faults ? 1 : 0);
