"use strict";
const assert = require("assert/strict");

module.exports = {
  async "other sessions are ended and this one stays"(stage) {
    stage.allow(401);
    const person = await stage.person();
    const other = await stage.visitor({ person });
    await stage.tokens(person);
    const visitor = await stage.visitor({ person });
    await visitor.go("sessions");
    await visitor.page.locator(".sessions h2").nth(2).waitFor();
    assert.match(await visitor.page.locator(".sessions li").first().innerText(), /Chrome on Linux.*This browser/s);

    await visitor.press("End others");
    await visitor.sees("2 other sessions are signed out within a second. This one stays.");
    await visitor.press("End others", visitor.page.getByRole("dialog"));

    await visitor.sees("2 sessions ended.");
    await visitor.until(() => document.querySelectorAll(".sessions h2").length === 1);
    await other.sees("Your session has ended. Sign in again to go on where you were.");
    await visitor.live();
  },
};
