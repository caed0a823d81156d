// @ts-check
"use strict";
const assert = require("node:assert/strict");

/** @type {Record<string, import("./fixture").Scenario>} */
module.exports = {
  async "other sessions are ended and the current one stays"(fixture) {
    fixture.allowErrors(401);
    const user = await fixture.createUser();
    const other = await fixture.openTab({ user });
    await fixture.tokens(user);
    const tab = await fixture.openTab({ signedIn: false });
    await tab.signIn(user);
    await tab.openView("sessions");
    await tab.page.locator(".sessions h2").nth(2).waitFor();
    assert.match(await tab.page.locator(".sessions li").first().innerText(), /Chrome on Linux.*This browser/s);

    await tab.click("End other sessions");
    await tab.waitForText("2 other sessions will be signed out within one second. This session stays active.");
    await tab.click("End other sessions", tab.page.getByRole("dialog"));

    await tab.waitForText("2 sessions ended.");
    await tab.waitUntil(() => document.querySelectorAll(".sessions h2").length === 1);
    await other.waitForText("Your session has expired. Sign in again to continue where you left off.");
    await tab.waitUntilLive();
  },
};
