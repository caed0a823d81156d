"use strict";
const assert = require("assert/strict");

/** The sequences that are shown, oldest first. */
async function shown(visitor) {
  const rows = await visitor.page.locator("li[data-seq]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.seq)));
  return rows.reverse();
}

function upTo(newest) {
  return Array.from({ length: newest }, (_, i) => i + 1);
}

module.exports = {
  async "after a time offline everything is made up for once"(stage) {
    stage.allow("network");
    const person = await stage.person();
    const visitor = await stage.visitor({ person });
    await visitor.go("notifications");
    await visitor.page.locator("li[data-seq='1']").waitFor();

    await visitor.page.context().setOffline(true);
    await visitor.sees("Offline, trying again in");
    await visitor.picture("offline 1280 light en");
    for (const name of ["One", "Two", "Three"]) await stage.admin("PATCH", `/users/${person.id}`, { full_name: name });
    assert.deepEqual(await shown(visitor), [1]);
    await visitor.page.context().setOffline(false);

    await visitor.sees("Back again: 3 events from the time away were made up for.");
    await visitor.live();
    await visitor.picture("caught up 1280 light en");
    assert.deepEqual(await shown(visitor), upTo(4));
    await visitor.page.locator(".count", { hasText: "4" }).waitFor();

    await stage.admin("PATCH", `/users/${person.id}`, { full_name: "Four" });
    await visitor.page.locator("li[data-seq='5']").waitFor();
    assert.deepEqual(await shown(visitor), upTo(5));
  },

  async "a restarted node is found again and nothing is missing or doubled"(stage) {
    stage.allow("network", 503);
    const person = await stage.person();
    const visitor = await stage.visitor({ person });
    await visitor.go("notifications");
    await visitor.page.locator("li[data-seq='1']").waitFor();
    await stage.admin("PATCH", `/users/${person.id}`, { full_name: "Before" });
    await visitor.page.locator("li[data-seq='2']").waitFor();

    await stage.please("stop the node");
    await visitor.page.locator(".connection[data-state=waiting]").waitFor();
    await stage.please("start the node");
    for (const name of ["While", "Away"]) await stage.admin("PATCH", `/users/${person.id}`, { full_name: name });

    await visitor.live();
    await visitor.page.locator("li[data-seq='4']").waitFor();
    await stage.admin("PATCH", `/users/${person.id}`, { full_name: "After" });
    await visitor.page.locator("li[data-seq='5']").waitFor();
    assert.deepEqual(await shown(visitor), upTo(5));
    await visitor.go("prices");
    await visitor.page.locator(".quote .price").first().waitFor();
  },

  async "unread notifications are counted and marked as read"(stage) {
    const person = await stage.person();
    const visitor = await stage.visitor({ person });
    await visitor.page.locator(".count", { hasText: "1 unread" }).waitFor();
    await stage.admin("PATCH", `/users/${person.id}`, { full_name: "Ada King" });
    await visitor.sees("An administrator changed your account: Full name");
    await visitor.page.locator(".count", { hasText: "2 unread" }).waitFor();

    await visitor.go("notifications");
    await visitor.press("Mark all as read");
    await visitor.sees("0 unread");
    assert.equal(await visitor.page.locator("li.unread").count(), 0);
    assert.equal(await visitor.page.locator(".count").isVisible(), false);
    await visitor.page.reload();
    await visitor.sees("0 unread");
    await stage.admin("PATCH", `/users/${person.id}`, { full_name: "Ada" });
    await visitor.page.locator("li.unread[data-seq='3']").waitFor();
  },
};
