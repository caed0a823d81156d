"use strict";
const assert = require("assert/strict");

module.exports = {
  async "a wrong password is explained and the right one signs in"(stage) {
    stage.allow(401);
    const person = await stage.person({ full_name: "Ada Lovelace" });
    const ada = await stage.visitor({ signedIn: false });

    await ada.press("Sign in");
    await ada.sees("Please fill this in.");
    await ada.page.getByLabel("Username").fill(person.username);
    await ada.page.getByLabel("Password").fill("not the password");
    await ada.press("Sign in");
    await ada.sees("Username or password is wrong.");
    await ada.picture("sign-in refused 1280 light en");
    assert.equal(await ada.page.getByLabel("Password").inputValue(), "");

    await ada.signIn(person);
    await ada.sees("Ada Lovelace");

    await ada.page.reload();
    await ada.live();
    const kept = await ada.page.evaluate(() => ({ ...localStorage }));
    assert.deepEqual(Object.keys(kept).filter((key) => kept[key].includes(".")), [], "no access token is stored");
  },

  async "tabs that refresh at once take turns and stay signed in"(stage) {
    const one = await stage.visitor({ signedIn: false });
    const used = [];
    let under = 0;
    let most = 0;
    // Every token is as good as over when it arrives, and the server takes its time: without turns they would overlap.
    await one.page.context().route(/\/auth\/(login|refresh)/, async (route) => {
      const refresh = route.request().url().endsWith("refresh");
      if (refresh) {
        used.push(new URLSearchParams(route.request().postData()).get("refresh_token"));
        most = Math.max(most, ++under);
      }
      const response = await route.fetch();
      if (refresh) await new Promise((resolve) => setTimeout(resolve, 200));
      if (refresh) under--;
      await route.fulfill({ response, json: { ...(await response.json()), expires_in: 30 } });
    });
    await one.signIn(await stage.person());
    const two = await stage.tab(one);
    await two.live();

    await Promise.all([one, two].map(async (tab) => {
      await tab.go("sessions");
      await tab.page.locator(".sessions h2").first().waitFor();
    }));
    assert.ok(used.length >= 3, `refreshed ${used.length} times`);
    assert.equal(most, 1, "one refresh at a time");
    // Whose turn is next may not see the newest token yet: then it uses the one before, a moment after the other did.
    assert.ok(new Set(used).size > used.length / 2, "mostly each with the token of the one before");

    // A page that goes in the middle of a refresh has used a token and kept none: the next page may use it again.
    await one.page.reload();
    await one.live();
    await two.live();
    await one.page.context().unrouteAll({ behavior: "wait" });
  },

  async "a session that ended asks to sign in and returns to the same place"(stage) {
    stage.allow(401);
    const person = await stage.person({ roles: ["admin", "user"] });
    const visitor = await stage.visitor({ person });
    await visitor.go("users");
    await visitor.page.getByRole("searchbox").fill(person.username);
    await visitor.until((name) => location.hash.includes(name), person.username);
    await visitor.press(`Edit ${person.username}`);
    await visitor.page.getByRole("dialog").waitFor();

    const elsewhere = await stage.tokens(person);
    await stage.ask("POST", "/auth/logout-all", undefined, elsewhere.access_token);

    await visitor.sees("Your session has ended. Sign in again to go on where you were.");
    await visitor.picture("session ended 1280 light en");
    await visitor.signIn(person);
    await visitor.page.getByRole("dialog", { name: "Edit user" }).waitFor();
    assert.equal(await visitor.page.locator("input[type=search]").inputValue(), person.username);
  },

  async "signing out in one tab signs out the other"(stage) {
    const one = await stage.visitor({ person: await stage.person() });
    const two = await stage.tab(one);
    await two.live();

    await one.press("Sign out");

    await one.page.getByLabel("Password").waitFor();
    await two.page.getByLabel("Password").waitFor();
    assert.equal(await two.page.evaluate(() => localStorage.getItem("verticker.refresh")), null);
  },
};
