// @ts-check
"use strict";
const assert = require("node:assert/strict");

/**
 * The sequence numbers on the page, oldest first.
 *
 * @param {import("./fixture").Tab} tab
 */
async function shownSequences(tab) {
  const rows = await tab.page.locator("li[data-seq]").all();
  return Promise.all(rows.reverse().map(async (row) => Number(await row.getAttribute("data-seq"))));
}

/** @param {number} newest */
function upTo(newest) {
  return Array.from({ length: newest }, (_, i) => i + 1);
}

/** @type {Record<string, import("./fixture").Scenario>} */
module.exports = {
  async "missed events arrive once after an offline period"(fixture) {
    fixture.allowErrors("network");
    const user = await fixture.createUser();
    const tab = await fixture.openTab({ user });
    await tab.openView("notifications");
    await tab.page.locator("li[data-seq='1']").waitFor();

    await tab.page.context().setOffline(true);
    await tab.waitForText("Offline, retrying in");
    await tab.screenshot("offline 1280 light en");
    for (const name of ["One", "Two", "Three"])
      await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: name });
    assert.deepEqual(await shownSequences(tab), [1]);
    await tab.page.context().setOffline(false);

    await tab.waitForText("Reconnected: 3 missed events were delivered.");
    await tab.waitUntilLive();
    await tab.screenshot("resumed 1280 light en");
    assert.deepEqual(await shownSequences(tab), upTo(4));
    await tab.page.locator(".count", { hasText: "4" }).waitFor();

    await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: "Four" });
    await tab.page.locator("li[data-seq='5']").waitFor();
    assert.deepEqual(await shownSequences(tab), upTo(5));
  },

  async "the browser's online event repeats an attempt that hangs"(fixture) {
    fixture.allowErrors("network");
    const tab = await fixture.openTab();
    await tab.waitUntilLive();
    await tab.page.context().setOffline(true);
    await tab.waitForText("Offline, retrying in");
    await tab.page.route("**/eventbus/info*", () => {}, { times: 1 });
    await tab.page.context().setOffline(false);
    await tab.page.locator(".connection[data-state=connecting]").waitFor();

    await tab.page.evaluate(() => dispatchEvent(new Event("online")));

    await tab.page.locator(".connection[data-state=live]").waitFor({ timeout: 4_000 });
  },

  async "no event is missing or duplicated after a node restart"(fixture) {
    fixture.allowErrors("network", 503);
    const user = await fixture.createUser();
    const tab = await fixture.openTab({ user });
    await tab.openView("notifications");
    await tab.page.locator("li[data-seq='1']").waitFor();
    await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: "Before" });
    await tab.page.locator("li[data-seq='2']").waitFor();

    await fixture.runInTest("stop the node");
    await tab.page.locator(".connection[data-state=waiting]").waitFor();
    await fixture.runInTest("start the node");
    for (const name of ["During", "Restart"]) await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: name });

    await tab.waitUntilLive();
    await tab.page.locator("li[data-seq='4']").waitFor();
    await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: "After" });
    await tab.page.locator("li[data-seq='5']").waitFor();
    assert.deepEqual(await shownSequences(tab), upTo(5));
    await tab.openView("market");
    await tab.page.locator(".watch-list .price").first().waitFor();
  },

  async "unread notifications are counted and marked as read"(fixture) {
    const user = await fixture.createUser();
    const tab = await fixture.openTab({ user });
    await tab.page.locator(".count", { hasText: "1 unread" }).waitFor();
    await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: "Ada King" });
    await tab.waitForText("An administrator changed your account: Full name");
    await tab.page.locator(".count", { hasText: "2 unread" }).waitFor();

    await tab.openView("notifications");
    await tab.click("Mark all as read");
    await tab.waitForText("0 unread");
    assert.equal(await tab.page.locator("li.unread").count(), 0);
    assert.equal(await tab.page.locator(".count").isVisible(), false);
    await tab.page.reload();
    await tab.waitForText("0 unread");
    await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: "Ada" });
    await tab.page.locator("li.unread[data-seq='3']").waitFor();
  },

  async "a second tab follows what is marked as read"(fixture) {
    const user = await fixture.createUser();
    const [first, second] = [await fixture.openTab({ user }), await fixture.openTab({ user })];
    await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: "Ada King" });
    for (const tab of [first, second]) await tab.page.locator(".count", { hasText: "2 unread" }).waitFor();

    await first.openView("notifications");
    await first.click("Mark all as read");
    await second.page.locator(".count").waitFor({ state: "hidden" });

    await fixture.asAdmin("PATCH", `/users/${user.id}`, { full_name: "Ada" });
    for (const tab of [first, second]) await tab.page.locator(".count", { hasText: "1 unread" }).waitFor();
  },
};
