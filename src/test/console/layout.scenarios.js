// @ts-check
"use strict";
const assert = require("node:assert/strict");
const axe = require("axe-core");

/**
 * @typedef {{ value: number, hadRecentInput: boolean, sources: { node?: Node }[] }} ShiftEntry
 * @typedef {{ value: number, elements: (string | undefined)[] }} LayoutShift
 * @typedef {{ layoutShifts: LayoutShift[], forgetShifts: () => void }} ShiftRecorder
 */

const WIDTHS = [1280, 390];

/** Each is also resized to the other width. */
const APPEARANCES = /** @type {const} */ ([
  { width: 1280, scheme: "light", locale: "en-GB" },
  { width: 390, scheme: "dark", locale: "th-TH" },
]);

/**
 * @param {import("./fixture").Tab} tab
 * @param {string} view
 * @param {typeof APPEARANCES[number]} appearance
 */
async function checkLayout(tab, view, appearance) {
  assert.deepEqual(await accessibilityViolations(tab), [], `${view} ${appearance.scheme}`);
  const [other] = WIDTHS.filter((width) => width !== appearance.width);
  await checkFits(tab, view, appearance.width, appearance);
  await checkFits(tab, view, other, appearance);
  await resize(tab, appearance.width);
}

/**
 * @param {import("./fixture").Tab} tab
 * @param {string} view
 * @param {number} width
 * @param {typeof APPEARANCES[number]} appearance
 */
async function checkFits(tab, view, width, { scheme, locale }) {
  await resize(tab, width);
  const name = `${view} ${width} ${scheme} ${locale.slice(0, 2)}`;
  await tab.screenshot(name);
  const overflow = await tab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${name}: ${overflow} px too wide`);
  const outside = await tab.page.evaluate(() =>
    [...document.querySelectorAll("button, a, input, select")]
      .filter((control) => control.checkVisibility() && control.getBoundingClientRect().right > innerWidth)
      .map((control) => control.outerHTML),
  );
  assert.deepEqual(outside, [], `${name}: controls outside the window`);
}

/**
 * A phone shows the chart, the order book or the trades, a wide window all of them.
 *
 * @param {import("./fixture").Tab} tab
 * @param {typeof APPEARANCES[number]} appearance
 */
async function checkMarket(tab, appearance) {
  const { page } = tab;
  await page.locator(".canvas canvas").first().waitFor();
  await page.locator(".sparkline path[d]").nth(2).waitFor({ state: "attached" });
  await page.locator(".direction:is([data-is=up], [data-is=down])").first().waitFor();
  if (appearance.width > 600) {
    for (const panel of [".bids", ".trades tbody"])
      await page.locator(`${panel} td`, { hasText: /\d/ }).first().waitFor();
  }
  await checkLayout(tab, "market", appearance);
  await resize(tab, 390);
  for (const pane of ["book", "trades"]) {
    await page.locator(`.panes [data-pane=${pane}]`).click();
    await page.locator(`.${pane} tbody td`, { hasText: /\d/ }).first().waitFor();
    if (appearance.width < 600) await checkLayout(tab, pane, appearance);
    else await checkFits(tab, pane, 390, appearance);
  }
  await resize(tab, appearance.width);
}

/** @param {import("./fixture").Tab} tab */
async function accessibilityViolations(tab) {
  if (!(await tab.page.evaluate(() => "axe" in globalThis))) await tab.page.evaluate(axe.source);
  const violations = await tab.page.evaluate(async () => {
    // Contrast is measured without a running animation.
    document.getAnimations().forEach((animation) => animation.finish());
    const results = await /** @type {any} */ (globalThis).axe.run(document, { resultTypes: ["violations"] });
    return /** @type {axe.Result[]} */ (results.violations);
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.any[0]?.message ?? ""}`));
}

/**
 * New trades move the earlier ones, which is no shift of the layout.
 *
 * @param {import("./fixture").Tab} tab
 */
async function recordLayoutShifts(tab) {
  await tab.page.evaluate(() => {
    /** @type {LayoutShift[]} */
    const shifts = [];
    const observer = new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of /** @type {ShiftEntry[]} */ (
        /** @type {unknown} */ (list.getEntries())
      )) {
        const elements = sources.map(({ node }) => (node instanceof Element ? node : node?.parentElement));
        if (hadRecentInput || elements.every((element) => element?.closest(".trades tbody"))) continue;
        shifts.push({ value, elements: elements.map((element) => element?.className || element?.nodeName) });
      }
    });
    observer.observe({ type: "layout-shift", buffered: true });
    Object.assign(globalThis, { layoutShifts: shifts, forgetShifts: () => observer.takeRecords() });
  });
}

/**
 * Everything moves with the window: those shifts are not recorded.
 *
 * @param {import("./fixture").Tab} tab
 * @param {number} width
 */
async function resize(tab, width) {
  const { page } = tab;
  if (page.viewportSize()?.width === width) return;
  const before = await layoutShifts(tab);
  await tab.setWidth(width);
  await page.evaluate(async (count) => {
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
    const { layoutShifts, forgetShifts } = /** @type {ShiftRecorder} */ (/** @type {unknown} */ (globalThis));
    forgetShifts();
    layoutShifts.length = count;
  }, before.length);
}

/** @param {import("./fixture").Tab} tab */
async function layoutShifts(tab) {
  return tab.page.evaluate(() => /** @type {ShiftRecorder} */ (/** @type {unknown} */ (globalThis)).layoutShifts);
}

/**
 * @param {import("./fixture").Fixture} fixture
 * @param {typeof APPEARANCES[number]} appearance
 */
async function checkViews(fixture, appearance) {
  const tab = await fixture.openTab({ ...appearance, signedIn: false });
  const { page } = tab;
  await recordLayoutShifts(tab);
  await page.getByLabel(/^(Password|รหัสผ่าน)$/).waitFor();
  await checkLayout(tab, "sign-in", appearance);
  await tab.signIn({ username: "admin", password: "admin1234" });
  await checkMarket(tab, appearance);
  await tab.openView("users");
  await page.locator("tr[data-id]").first().waitFor();
  await checkLayout(tab, "users", appearance);
  await page.locator("[data-action=edit]").nth(1).click();
  await page.locator("dialog form:not([inert])").waitFor();
  await checkLayout(tab, "user", appearance);
  await page.keyboard.press("Escape");
  await page.locator("[data-action=delete]").first().click();
  await page.getByRole("dialog").waitFor();
  await checkLayout(tab, "delete", appearance);
  await page.keyboard.press("Escape");
  await tab.openView("notifications");
  await page.locator("li[data-seq]").first().waitFor();
  await checkLayout(tab, "notifications", appearance);
  await page.locator("[data-all=true]").click();
  await page.locator("li[data-seq]").nth(2).waitFor();
  await checkLayout(tab, "all notifications", appearance);
  await tab.openView("sessions");
  await page.locator(".sessions h2").first().waitFor();
  await checkLayout(tab, "sessions", appearance);
  const shifts = await layoutShifts(tab);
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  assert.ok(sum < 0.1, `${appearance.width}: layout shifted by ${sum}: ${JSON.stringify(shifts)}`);
  await page.context().setOffline(true);
  await page.locator(".connection[data-state=waiting]").waitFor();
  await checkLayout(tab, "offline", appearance);
  await page.context().close();
}

/** @param {import("./fixture").Fixture} fixture */
async function measureFirstPaint(fixture) {
  const { page } = await fixture.openTab({ signedIn: false });
  await page.getByLabel("Password").waitFor();
  const measured = await page.evaluate(() => {
    const entries = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
    const files = /** @type {PerformanceResourceTiming[]} */ (entries);
    return {
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      bytes: files.reduce((sum, file) => sum + file.transferSize, 0),
      count: files.length,
    };
  });
  await page.context().close();
  return measured;
}

/** @type {Record<string, import("./fixture").Scenario>} */
module.exports = {
  async "every view fits the screen, is accessible and does not shift"(fixture) {
    fixture.allowErrors("network");
    await fixture.createUser({ full_name: "Ada Lovelace", email: "ada@example.org" });
    const grace = await fixture.createUser({ full_name: "Grace Hopper", email: "grace@example.org" });
    await fixture.asAdmin("POST", `/users/${grace.id}/disable`);
    await Promise.all(APPEARANCES.map((appearance) => checkViews(fixture, appearance)));
  },

  async "the first paint takes at most one second and 300 kB"(fixture) {
    let { paint, bytes, count } = await measureFirstPaint(fixture);
    // Another process may have used the processor.
    for (let i = 0; paint >= 1000 && i < 2; i++) ({ paint, bytes, count } = await measureFirstPaint(fixture));
    console.log(`first paint after ${Math.round(paint)} ms, ${Math.round(bytes / 1000)} kB in ${count} files`);
    assert.ok(paint < 1000, `first paint after ${paint} ms`);
    assert.ok(bytes > 20_000 && bytes < 300_000, `${bytes} bytes`);
  },

  async "the console works with the keyboard alone"(fixture) {
    const user = await fixture.createUser({ roles: ["admin", "user"] });
    const tab = await fixture.openTab({ signedIn: false });
    const { keyboard } = tab.page;
    const focused = () =>
      tab.page.evaluate(() => {
        const { activeElement: element } = document;
        return (element?.textContent || element?.getAttribute("name") || "").trim();
      });
    await tab.page.getByLabel("Password").waitFor();
    await keyboard.type(user.username);
    await keyboard.press("Tab");
    await keyboard.type(user.password);
    await keyboard.press("Enter");
    await tab.waitUntilLive();

    /** @param {string} control */
    const tabTo = async (control) => {
      for (let i = 0; i < 40; i++) {
        await keyboard.press("Tab");
        if ((await focused()) === control) return;
      }
      assert.fail(`40 presses of Tab do not reach ${control}`);
    };
    await tab.page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await tabTo("Skip to content");
    await tabTo("Users");
    await keyboard.press("Enter");
    await tab.page.locator("tr[data-id]").first().waitFor();
    assert.equal(await focused(), "Users", "the heading of the new view");
    await tabTo("New user");
    await keyboard.press("Enter");
    await tab.page.getByRole("dialog").waitFor();
    assert.equal(await focused(), "username");
    await keyboard.press("Escape");
    assert.equal(await focused(), "New user", "the button that opened the dialog");
  },

  async "a chosen language is remembered and keeps the digits of prices"(fixture) {
    const tab = await fixture.openTab({ user: await fixture.createUser() });
    await tab.page.locator(".watch-list .price").first().waitFor();
    await tab.click("ไทย");
    await tab.waitForText("ราคาจำลอง: ไม่ใช่ราคาตลาดจริง");
    assert.equal(await tab.page.evaluate(() => document.documentElement.lang), "th");
    assert.match(await tab.page.locator(".watch-list .price").first().innerText(), /^\d{1,3}(,\d{3})*\.\d{2}$/);
    await tab.page.reload();
    await tab.page.locator("nav").getByText("การแจ้งเตือน").waitFor();
    const missing = await tab.page.evaluate(async () => {
      const [en, th] = await Promise.all(["en", "th"].map((language) => import(`/console/locales/${language}.js`)));
      // Thai has no singular forms.
      return Object.keys(en.default).filter((key) => !key.endsWith(".one") && !(key in th.default));
    });
    assert.deepEqual(missing, []);
    await tab.click("EN");
    await tab.page.locator("nav").getByText("Notifications").waitFor();
  },
};
