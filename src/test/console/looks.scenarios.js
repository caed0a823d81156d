"use strict";
const assert = require("assert/strict");
const axe = require("axe-core").source;

/** Each width and language in one of the schemes with every rule checked, and pictures of all. */
const LOOKS = [
  { width: 1280, scheme: "light", locale: "en-GB", checked: true },
  { width: 390, scheme: "dark", locale: "th-TH", checked: true },
  { width: 390, scheme: "light", locale: "en-GB" },
  { width: 1280, scheme: "dark", locale: "th-TH" },
];

async function look(visitor, view, { width, scheme, locale, checked }) {
  await visitor.picture(`${view} ${width} ${scheme} ${locale.slice(0, 2)}`);
  const overflow = await visitor.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${view} at ${width}: ${overflow} px too wide`);
  const outside = await visitor.page.evaluate(() => [...document.querySelectorAll("button, a, input, select")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth)
    .map((one) => one.outerHTML));
  assert.deepEqual(outside, [], `${view} at ${width}: out of reach`);
  if (!checked) return;
  await visitor.page.evaluate(axe);
  const faults = await visitor.page.evaluate(async () => {
    // Colours are judged when nothing moves.
    document.getAnimations().forEach((animation) => animation.finish?.());
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html + " " + (node.any[0]?.message ?? "")).join(" | ")}`);
  });
  assert.deepEqual(faults, [], `${view} at ${width}, ${scheme}`);
}

module.exports = {
  async "every view fits is accessible and does not jump"(stage) {
    await stage.person({ full_name: "Ada Lovelace", email: "ada@example.org" });
    const grace = await stage.person({ full_name: "Grace Hopper", email: "grace@example.org" });
    await stage.admin("POST", `/users/${grace.id}/disable`);
    for (const one of LOOKS) {
      const visitor = await stage.visitor({ ...one, signedIn: false });
      const { page } = visitor;
      await page.evaluate(() => {
        globalThis.jumps = [];
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
          if (!entry.hadRecentInput) jumps.push(`${entry.value.toFixed(4)} ${entry.sources.map(({ node }) => node?.className ?? node?.nodeName)}`);
        })).observe({ type: "layout-shift", buffered: true });
      });
      await page.getByLabel(/^(Password|รหัสผ่าน)$/).waitFor();
      await look(visitor, "sign-in", one);
      await visitor.signIn({ username: "admin", password: "admin1234" });
      await page.locator(".quote .chart canvas").nth(2).waitFor();
      await page.locator(".direction:is([data-is=up], [data-is=down])").first().waitFor();
      await look(visitor, "prices", one);
      await visitor.go("users");
      await page.locator("tr[data-id]").first().waitFor();
      await look(visitor, "users", one);
      await page.locator("[data-act=edit]").nth(1).click();
      await page.locator("dialog form:not([inert])").waitFor();
      await look(visitor, "user", one);
      await page.keyboard.press("Escape");
      await page.locator("[data-act=delete]").first().click();
      await page.getByRole("dialog").waitFor();
      await look(visitor, "delete", one);
      await page.keyboard.press("Escape");
      await visitor.go("notifications");
      await page.locator("li[data-seq]").first().waitFor();
      await look(visitor, "notifications", one);
      await page.locator("[data-all=true]").click();
      await page.locator("li[data-seq]").nth(2).waitFor();
      await look(visitor, "everybody", one);
      await visitor.go("sessions");
      await page.locator(".sessions h2").first().waitFor();
      await look(visitor, "sessions", one);
      const jumps = await page.evaluate(() => jumps);
      const sum = jumps.reduce((all, jump) => all + parseFloat(jump), 0);
      assert.ok(sum < 0.1, `layout moved by ${sum} at ${one.width}: ${jumps.join("; ")}`);
      await page.context().close();
    }
  },

  async "the first paint comes within a second and three hundred kilobytes"(stage) {
    const visitor = await stage.visitor({ signedIn: false });
    await visitor.page.getByLabel("Password").waitFor();
    const { paint, bytes, files } = await visitor.page.evaluate(() => {
      const files = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
      return {
        paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
        bytes: files.reduce((sum, file) => sum + file.transferSize, 0),
        files: files.length,
      };
    });
    console.log(`first paint after ${Math.round(paint)} ms, ${Math.round(bytes / 1000)} kB in ${files} files`);
    assert.ok(paint < 1000, `first paint after ${paint} ms`);
    assert.ok(bytes > 20_000 && bytes < 300_000, `${bytes} bytes`);
  },

  async "everything can be done with the keyboard"(stage) {
    const person = await stage.person({ roles: ["admin", "user"] });
    const visitor = await stage.visitor({ signedIn: false });
    const { keyboard } = visitor.page;
    const focused = () => visitor.page.evaluate(() => document.activeElement.textContent || document.activeElement.name);
    await visitor.page.getByLabel("Password").waitFor();
    await keyboard.type(person.username);
    await keyboard.press("Tab");
    await keyboard.type(person.password);
    await keyboard.press("Enter");
    await visitor.live();

    const tabTo = async (wanted) => {
      for (let i = 0; i < 40; i++) {
        await keyboard.press("Tab");
        if ((await focused()).trim() === wanted) return;
      }
      assert.fail(`Tab never came to ${wanted}`);
    };
    await visitor.page.evaluate(() => document.activeElement.blur());
    await tabTo("Skip to the content");
    await tabTo("Users");
    await keyboard.press("Enter");
    await visitor.page.locator("tr[data-id]").first().waitFor();
    assert.equal(await focused(), "Users", "the heading of the new view");
    await tabTo("New user");
    await keyboard.press("Enter");
    await visitor.page.getByRole("dialog").waitFor();
    assert.equal(await focused(), "username");
    await keyboard.press("Escape");
    assert.equal((await focused()).trim(), "New user", "back where it was opened");
  },

  async "the language is chosen remembered and leaves the digits alone"(stage) {
    const visitor = await stage.visitor({ person: await stage.person() });
    await visitor.page.locator(".quote .price").first().waitFor();
    await visitor.press("ไทย");
    await visitor.sees("ราคาจำลอง: เป็นราคาสมมติ ไม่ใช่ราคาตลาดจริง");
    assert.equal(await visitor.page.evaluate(() => document.documentElement.lang), "th");
    assert.match(await visitor.page.locator(".quote .price").first().innerText(), /^\d{1,3}(,\d{3})*\.\d{8}$/);
    await visitor.page.reload();
    await visitor.page.locator("nav").getByText("การแจ้งเตือน").waitFor();
    const missing = await visitor.page.evaluate(async () => {
      const [en, th] = await Promise.all(["en", "th"].map((one) => import(`/console/words/${one}.js`)));
      // Thai has one form for every number.
      return Object.keys(en.default).filter((key) => !key.endsWith(".one") && !(key in th.default));
    });
    assert.deepEqual(missing, []);
    await visitor.press("EN");
    await visitor.page.locator("nav").getByText("Notifications").waitFor();
  },
};
