// @ts-check
"use strict";
const assert = require("node:assert/strict");

/**
 * The listeners that only the bus adds to the window.
 *
 * @param {import("./fixture").Tab} tab
 */
async function busListeners(tab) {
  const devTools = await tab.page.context().newCDPSession(tab.page);
  const { result } = await devTools.send("Runtime.evaluate", { expression: "window" });
  const { listeners } = await devTools.send("DOMDebugger.getEventListeners", { objectId: result.objectId ?? "" });
  const types = ["offline", "online", "visibilitychange"];
  return listeners
    .map(({ type }) => type)
    .filter((type) => types.includes(type))
    .sort();
}

/** @type {Record<string, import("./fixture").Scenario>} */
module.exports = {
  async "a wrong password is reported and the right one signs in"(fixture) {
    fixture.allowErrors(401);
    const user = await fixture.createUser({ full_name: "Ada Lovelace" });
    const ada = await fixture.openTab({ signedIn: false });

    await ada.click("Sign in");
    await ada.waitForText("This field is required.");
    await ada.page.getByLabel("Username").fill(user.username);
    await ada.page.getByLabel("Password").fill("not the password");
    await ada.click("Sign in");
    await ada.waitForText("Wrong username or password.");
    await ada.screenshot("sign-in refused 1280 light en");
    assert.equal(await ada.page.getByLabel("Password").inputValue(), "");

    await ada.signIn(user);
    await ada.waitForText("Ada Lovelace");

    await ada.page.reload();
    await ada.waitUntilLive();
    const stored = await ada.page.evaluate(() => ({ ...localStorage }));
    assert.deepEqual(
      Object.keys(stored).filter((key) => stored[key].includes(".")),
      [],
      "no access token is stored",
    );
  },

  async "tabs refresh one after the other and stay signed in"(fixture) {
    const one = await fixture.openTab({ signedIn: false });
    /** @type {(string | null)[]} */
    const usedTokens = [];
    let running = 0;
    let maxRunning = 0;
    // Every access token expires at once and every refresh takes a while: without the lock refreshes would overlap.
    await one.page.context().route(/\/auth\/(login|refresh)/, async (route) => {
      const refresh = route.request().url().endsWith("refresh");
      if (refresh) {
        usedTokens.push(new URLSearchParams(route.request().postData() ?? "").get("refresh_token"));
        maxRunning = Math.max(maxRunning, ++running);
      }
      const response = await route.fetch();
      if (refresh) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        running--;
      }
      await route.fulfill({ response, json: { ...(await response.json()), expires_in: 30 } });
    });
    await one.signIn(await fixture.createUser());
    const two = await fixture.openTabBeside(one);
    await two.waitUntilLive();

    await Promise.all(
      [one, two].map(async (tab) => {
        await tab.openView("sessions");
        await tab.page.locator(".sessions h2").first().waitFor();
      }),
    );
    assert.ok(usedTokens.length >= 3, `refreshed ${usedTokens.length} times`);
    assert.equal(maxRunning, 1, "one refresh at a time");
    // A tab that gets the lock may not see the newest token yet; then it sends the previous one again.
    assert.ok(new Set(usedTokens).size > usedTokens.length / 2, "most refreshes send the newest token");

    // A page that is closed during a refresh never stores the new token: the next page sends the used one again.
    await one.page.reload();
    await one.waitUntilLive();
    await two.waitUntilLive();
    await one.page.context().unrouteAll({ behavior: "wait" });
  },

  async "signing in after an expired session returns to the same view"(fixture) {
    fixture.allowErrors(401);
    const user = await fixture.createUser({ roles: ["admin", "user"] });
    const tab = await fixture.openTab({ user });
    await tab.openView("users");
    await tab.page.getByRole("searchbox").fill(user.username);
    await tab.waitUntil((name) => location.hash.includes(name), user.username);
    await tab.click(`Edit ${user.username}`);
    await tab.page.getByRole("dialog").waitFor();

    const elsewhere = await fixture.tokens(user);
    await fixture.request("POST", "/auth/logout-all", undefined, elsewhere.access_token);

    await tab.waitForText("Your session has expired. Sign in again to continue where you left off.");
    await tab.screenshot("session expired 1280 light en");
    await tab.signIn(user);
    await tab.page.getByRole("dialog", { name: "Edit user" }).waitFor();
    assert.equal(await tab.page.locator("input[type=search]").inputValue(), user.username);
  },

  async "signing out removes the window listeners of the bus"(fixture) {
    const tab = await fixture.openTab();
    assert.deepEqual(await busListeners(tab), ["offline", "online", "visibilitychange"]);

    await tab.click("Sign out");
    await tab.page.getByLabel("Password").waitFor();
    assert.deepEqual(await busListeners(tab), []);

    await tab.signIn({ username: "admin", password: "admin1234" });
    assert.deepEqual(await busListeners(tab), ["offline", "online", "visibilitychange"]);
  },

  async "signing out in one tab signs out the other"(fixture) {
    // The server may close the other tab's socket before the browser reports the sign-out to that tab.
    fixture.allowErrors(401);
    const one = await fixture.openTab({ user: await fixture.createUser() });
    const two = await fixture.openTabBeside(one);
    await two.waitUntilLive();

    await one.click("Sign out");

    await one.page.getByLabel("Password").waitFor();
    await two.page.getByLabel("Password").waitFor();
    assert.equal(await two.page.evaluate(() => localStorage.getItem("verticker.refresh")), null);
  },
};
