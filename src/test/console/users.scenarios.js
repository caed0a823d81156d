// @ts-check
"use strict";
const assert = require("node:assert/strict");
const { PASSWORD } = require("./fixture");

const MARKUP = "<img src=x onerror=alert(1)>";

/** @type {Record<string, import("./fixture").Scenario>} */
module.exports = {
  async "a user created in one tab appears in the other with its creator"(fixture) {
    const one = await fixture.openTab();
    const two = await fixture.openTabBeside(one);
    await one.openView("users");
    await two.openView("users");
    // The search keeps the new user on the first page.
    for (const tab of [one, two]) await tab.page.getByRole("searchbox").fill("appears");
    await two.waitForText("No users found");

    await one.click("New user");
    const dialog = one.page.getByRole("dialog");
    await dialog.getByLabel("Username").fill("appears");
    await dialog.getByLabel("Full name").fill("Grace Hopper");
    await dialog.getByLabel("Email").fill("appears@example.org");
    await dialog.getByLabel("Password").fill(PASSWORD);
    await one.click("New user", dialog);

    await one.waitForText("appears was created.");
    for (const tab of [one, two]) {
      const row = tab.page.getByRole("row", { name: /Grace Hopper/ });
      await row.waitFor();
      await row.getByText("Created by you").waitFor();
      assert.equal(await row.count(), 1);
    }
  },

  async "an edit conflict is explained and can be resolved"(fixture) {
    fixture.allowErrors(412);
    const user = await fixture.createUser({ full_name: "Ada Byron", email: "ada@old.example" });
    const tab = await fixture.openTab();
    await tab.openView("users");
    await tab.page.getByRole("searchbox").fill(user.username);
    await tab.click(`Edit ${user.username}`);
    const dialog = tab.page.getByRole("dialog");
    await dialog.getByLabel("Full name").fill("Ada Lovelace");
    const colleague = await fixture.tokens(await fixture.createUser({ roles: ["admin"] }));
    await fixture.request(
      "PATCH",
      `/users/${user.id}`,
      { full_name: "Ada King", email: "ada@new.example" },
      colleague.access_token,
    );

    await dialog.getByText("Your input is kept and compared with this change when you save.").waitFor();
    await tab.click("Save", dialog);
    await dialog.getByText("Another administrator changed this user while you were editing.").waitFor();
    await dialog.getByText("Full name is now Ada King").waitFor();
    await tab.screenshot("edit conflict 1280 light en");
    assert.equal(await dialog.getByLabel("Full name").inputValue(), "Ada Lovelace", "an edited field keeps the input");
    assert.equal(
      await dialog.getByLabel("Email").inputValue(),
      "ada@new.example",
      "a field without input takes the stored value",
    );

    await tab.click("Save", dialog);
    await tab.waitForText(`${user.username} was saved.`);
    const { body } = await fixture.asAdmin("GET", `/users/${user.id}`);
    assert.equal(body.full_name, "Ada Lovelace");
    assert.equal(body.email, "ada@new.example", "the change of the other administrator is not overwritten");
  },

  async "an error of the API is shown at its field"(fixture) {
    fixture.allowErrors(409, 422);
    const tab = await fixture.openTab();
    await tab.openView("users");
    await tab.click("New user");
    const dialog = tab.page.getByRole("dialog");
    await dialog.getByLabel("Username").fill("admin");
    await dialog.getByLabel("Password").fill("short");
    await tab.click("New user", dialog);
    await dialog.getByText("Use at least 8 characters.").waitFor();
    assert.equal(await dialog.getByLabel("Password").getAttribute("aria-invalid"), "true");

    await dialog.getByLabel("Password").fill(PASSWORD);
    await tab.click("New user", dialog);
    await dialog.getByText("This username is already taken.").waitFor();
    await tab.screenshot("field refused 1280 light en");
    const name = dialog.getByLabel("Username");
    assert.equal(await name.evaluate((input) => input === document.activeElement), true, "the field has the focus");
    const described = await name.getAttribute("aria-describedby");
    assert.match(await dialog.locator(`#${described?.split(" ")[0]}`).innerText(), /already taken/);
    assert.doesNotMatch(await dialog.innerText(), /[{}]|request_id|pointer/);
  },

  async "a name that looks like markup is shown as text"(fixture) {
    const user = await fixture.createUser({ full_name: MARKUP });
    const tab = await fixture.openTab();
    await tab.openView("users");
    await tab.page.getByRole("searchbox").fill(user.username);
    await tab.row(user).getByText(MARKUP).waitFor();
    await tab.click(`Edit ${user.username}`);
    await tab.page.getByRole("dialog").getByLabel("Full name").waitFor();
    await tab.page.keyboard.press("Escape");
    await tab.openView("notifications");
    await tab.click("All users");
    const otherTab = await fixture.openTab({ user });
    await otherTab.waitForText(MARKUP);

    await tab.expectAbsent("img[src=x]");
    await otherTab.expectAbsent("img[src=x]");
  },

  async "a user is disabled, enabled, deleted and restored"(fixture) {
    const user = await fixture.createUser();
    const tab = await fixture.openTab();
    await tab.openView("users");
    await tab.page.getByRole("searchbox").fill(user.username);
    const row = tab.row(user);

    await tab.click(`Disable ${user.username}`);
    await tab.screenshot("disable dialog 1280 light en");
    await tab.click("Disable", tab.page.getByRole("dialog"));
    await row.getByText("Disabled", { exact: true }).waitFor();
    await tab.click(`Enable ${user.username}`);
    await row.getByText("Active", { exact: true }).waitFor();

    await tab.click(`Delete ${user.username}`);
    await tab.click("Delete", tab.page.getByRole("dialog"));
    await tab.waitForText("No users found");
    await tab.page.getByLabel("Not deleted").selectOption("deleted");
    await tab.click(`Restore ${user.username}`);
    await tab.waitForText("No users found");
    await tab.page.getByLabel("Not deleted").selectOption("");
    await row.getByText("Active", { exact: true }).waitFor();
    await row.getByText("Restored by you").waitFor();

    await tab.click(`Delete ${user.username}`);
    await tab.click("Cancel");
    assert.equal(await row.count(), 1, "a cancelled deletion changes nothing");
  },

  async "users are searched, filtered and paged"(fixture) {
    await fixture.runInTest("add 51 users");
    const tab = await fixture.openTab();
    await tab.openView("users");
    await tab.page.getByRole("searchbox").fill("paged");
    await tab.page.locator("tbody tr:first-child", { hasText: "Paged Person 0" }).waitFor();
    await tab.waitForText("Page 1, 25 users");
    await tab.click("Next");
    await tab.waitForText("Page 2, 25 users");
    await tab.click("Next");
    await tab.waitForText("Page 3, 1 user");
    await tab.page.reload();
    await tab.waitForText("Page 3, 1 user");
    await tab.page.getByRole("row", { name: "Paged Person 50" }).waitFor();
    await tab.click("Previous");
    await tab.waitForText("Page 2, 25 users");
    await tab.page.getByRole("row", { name: "Paged Person 49" }).waitFor();
    await tab.page.getByLabel("All roles").selectOption("admin");
    await tab.waitForText("Page 1, 1 user");
    await tab.page.getByRole("row", { name: "Paged Person 3" }).waitFor();
    await tab.page.getByRole("searchbox").fill("no such name");
    await tab.click("Clear search");
    await tab.waitForText(/Page 1, \d+ users/);
  },

  async "a user without permissions sees no administrator controls and the API refuses the requests"(fixture) {
    fixture.allowErrors(403);
    const user = await fixture.createUser();
    const tab = await fixture.openTab({ user });
    await tab.expectAbsent("nav a[data-view=users]");
    await tab.page.evaluate(() => (location.hash = "#/users?open=1"));
    await tab.waitForText("You do not have permission to open this page.");
    await tab.expectAbsent("table.users");
    await tab.expectAbsent("dialog");
    await tab.openView("notifications");
    await tab.expectAbsent("text=All users");

    const { access_token: token } = await fixture.tokens(user);
    const statuses = await tab.page.evaluate(async (bearer) => {
      const headers = { Authorization: `Bearer ${bearer}`, "Content-Type": "application/json" };
      /** @type {(method: string, path: string, body?: object) => Promise<number>} */
      const status = async (method, path, body) =>
        (await fetch(path, { method, headers, body: JSON.stringify(body) })).status;
      return [
        await status("GET", "/users"),
        await status("POST", "/users", { username: "forced", password: "a lantern in the harbour" }),
        await status("PATCH", "/users/me", { roles: ["admin"] }),
        await status("DELETE", "/users/1"),
      ];
    }, token);
    assert.deepEqual(statuses, [403, 403, 403, 403]);
  },

  async "controls disappear with a removed role and return with an added one"(fixture) {
    fixture.allowErrors(401, 403);
    const user = await fixture.createUser({ roles: ["admin", "user"] });
    const tab = await fixture.openTab({ user });
    await tab.openView("users");
    await tab.page.locator("tr[data-id]").first().waitFor();

    await fixture.asAdmin("PATCH", `/users/${user.id}`, { roles: ["user"] });
    await tab.page.locator("nav a[data-view=users]").waitFor({ state: "detached" });
    await tab.waitForText("You do not have permission to open this page.");
    await tab.expectAbsent("table.users");
    await tab.waitUntilLive();

    await fixture.asAdmin("PATCH", `/users/${user.id}`, { roles: ["admin", "user"] });
    await tab.openView("users");
    await tab.page.locator("tr[data-id]").first().waitFor();
    const other = await fixture.createUser({ full_name: "Visible Again" });
    await tab.page.getByRole("searchbox").fill("Visible Again");
    await tab.row(other).waitFor();
  },
};
