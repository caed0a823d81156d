"use strict";
const assert = require("assert/strict");
const { PASSWORD } = require("./stage");

const MARKUP = "<img src=x onerror=alert(1)>";

module.exports = {
  async "a user created in one tab appears in the other with who did it"(stage) {
    const one = await stage.visitor();
    const two = await stage.tab(one);
    await one.go("users");
    await two.go("users");
    // Of the newest page only.
    for (const tab of [one, two]) await tab.page.getByRole("searchbox").fill("appears");
    await two.sees("No users here");

    await one.press("New user");
    const dialog = one.page.getByRole("dialog");
    await dialog.getByLabel("Username").fill("appears");
    await dialog.getByLabel("Full name").fill("Grace Hopper");
    await dialog.getByLabel("E-mail").fill("appears@example.org");
    await dialog.getByLabel("Password").fill(PASSWORD);
    await one.press("New user", dialog);

    await one.sees("appears was created.");
    for (const tab of [one, two]) {
      const row = tab.page.getByRole("row", { name: /Grace Hopper/ });
      await row.waitFor();
      await row.getByText("Created by you").waitFor();
      assert.equal(await row.count(), 1);
    }
  },

  async "an edit conflict is explained and can be resolved"(stage) {
    stage.allow(412);
    const user = await stage.person({ full_name: "Ada Byron", email: "ada@old.example" });
    const visitor = await stage.visitor();
    await visitor.go("users");
    await visitor.page.getByRole("searchbox").fill(user.username);
    await visitor.press(`Edit ${user.username}`);
    const dialog = visitor.page.getByRole("dialog");
    await dialog.getByLabel("Full name").fill("Ada Lovelace");
    const somebody = await stage.tokens(await stage.person({ roles: ["admin"] }));
    await stage.ask("PATCH", `/users/${user.id}`, { full_name: "Ada King", email: "ada@new.example" }, somebody.access_token);

    await dialog.getByText("What you typed is still here; saving will compare.").waitFor();
    await visitor.press("Save", dialog);
    await dialog.getByText("Somebody changed this user while you were editing.").waitFor();
    await dialog.getByText("Full name is now Ada King").waitFor();
    await visitor.picture("edit conflict 1280 light en");
    assert.equal(await dialog.getByLabel("Full name").inputValue(), "Ada Lovelace", "what was typed stays");
    assert.equal(await dialog.getByLabel("E-mail").inputValue(), "ada@new.example", "the rest follows");

    await visitor.press("Save", dialog);
    await visitor.sees(`${user.username} was saved.`);
    const { body } = await stage.admin("GET", `/users/${user.id}`);
    assert.equal(body.full_name, "Ada Lovelace");
    assert.equal(body.email, "ada@new.example", "what somebody else changed is not overwritten");
  },

  async "a refusal stands beside the field it is about"(stage) {
    stage.allow(409, 422);
    const visitor = await stage.visitor();
    await visitor.go("users");
    await visitor.press("New user");
    const dialog = visitor.page.getByRole("dialog");
    await dialog.getByLabel("Username").fill("admin");
    await dialog.getByLabel("Password").fill("short");
    await visitor.press("New user", dialog);
    await dialog.getByText("A password has at least 8 characters.").waitFor();
    assert.equal(await dialog.getByLabel("Password").getAttribute("aria-invalid"), "true");

    await dialog.getByLabel("Password").fill(PASSWORD);
    await visitor.press("New user", dialog);
    await dialog.getByText("This username belongs to somebody else.").waitFor();
    await visitor.picture("field refused 1280 light en");
    const name = dialog.getByLabel("Username");
    assert.equal(await name.evaluate((input) => input === document.activeElement), true, "the focus goes there");
    const described = await name.getAttribute("aria-describedby");
    assert.match(await dialog.locator(`#${described.split(" ")[0]}`).innerText(), /somebody else/);
    assert.doesNotMatch(await dialog.innerText(), /[{}]|request_id|pointer/);
  },

  async "a user named like markup is text"(stage) {
    const user = await stage.person({ full_name: MARKUP });
    const visitor = await stage.visitor();
    await visitor.go("users");
    await visitor.page.getByRole("searchbox").fill(user.username);
    await visitor.row(user).getByText(MARKUP).waitFor();
    await visitor.press(`Edit ${user.username}`);
    await visitor.page.getByRole("dialog").getByLabel("Full name").waitFor();
    await visitor.page.keyboard.press("Escape");
    await visitor.go("notifications");
    await visitor.press("Everybody");
    const hers = await stage.visitor({ person: user });
    await hers.sees(MARKUP);

    await visitor.doesNotSee("img[src=x]");
    await hers.doesNotSee("img[src=x]");
  },

  async "a user is disabled enabled deleted and restored"(stage) {
    const user = await stage.person();
    const visitor = await stage.visitor();
    await visitor.go("users");
    await visitor.page.getByRole("searchbox").fill(user.username);
    const row = visitor.row(user);

    await visitor.press(`Disable ${user.username}`);
    await visitor.picture("disable asks 1280 light en");
    await visitor.press("Disable", visitor.page.getByRole("dialog"));
    await row.getByText("Disabled", { exact: true }).waitFor();
    await visitor.press(`Enable ${user.username}`);
    await row.getByText("Active", { exact: true }).waitFor();

    await visitor.press(`Delete ${user.username}`);
    await visitor.press("Delete, can be restored");
    await visitor.sees("No users here");
    await visitor.page.getByLabel("Not deleted").selectOption("deleted");
    await visitor.press(`Restore ${user.username}`);
    await visitor.sees("No users here");
    await visitor.page.getByLabel("Not deleted").selectOption("");
    await row.getByText("Active", { exact: true }).waitFor();
    await row.getByText("Restored by you").waitFor();

    await visitor.press(`Delete ${user.username}`);
    await visitor.press("Cancel");
    assert.equal(await row.count(), 1, "who cancels deletes nothing");
  },

  async "users are searched filtered and paged"(stage) {
    const people = [];
    for (let i = 0; i < 51; i++) {
      people.push(await stage.person({ full_name: `Paged Person ${i}`, roles: i === 3 ? ["admin"] : ["user"] }));
    }
    const visitor = await stage.visitor();
    await visitor.go("users");
    await visitor.page.getByRole("searchbox").fill("paged");
    await visitor.page.locator("tbody tr:first-child", { hasText: "Paged Person 0" }).waitFor();
    await visitor.sees("Page 1, 25 users");
    await visitor.press("Next");
    await visitor.sees("Page 2, 25 users");
    await visitor.press("Next");
    await visitor.sees("Page 3, 1 user");
    await visitor.page.reload();
    await visitor.sees("Page 3, 1 user");
    await visitor.row(people[50]).waitFor();
    await visitor.press("Previous");
    await visitor.sees("Page 2, 25 users");
    await visitor.row(people[49]).waitFor();
    await visitor.page.getByLabel("Any role").selectOption("admin");
    await visitor.sees("Page 1, 1 user");
    await visitor.row(people[3]).waitFor();
    await visitor.page.getByRole("searchbox").fill("nobody is called so");
    await visitor.press("Clear search");
    await visitor.sees(/Page 1, \d+ users/);
  },

  async "a normal user sees no control of an administrator and is refused when forcing it"(stage) {
    stage.allow(403);
    const person = await stage.person();
    const visitor = await stage.visitor({ person });
    await visitor.doesNotSee("nav a[data-view=users]");
    await visitor.page.evaluate(() => (location.hash = "#/users?open=1"));
    await visitor.sees("You may not see that.");
    await visitor.doesNotSee("table.users");
    await visitor.doesNotSee("dialog");
    await visitor.go("notifications");
    await visitor.doesNotSee("text=Everybody");

    const { access_token: token } = await stage.tokens(person);
    const forced = await visitor.page.evaluate(async (token) => {
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
      const ask = (method, path, body) => fetch(path, { method, headers, body }).then((answer) => answer.status);
      return [
        await ask("GET", "/users"),
        await ask("POST", "/users", JSON.stringify({ username: "forced", password: "a lantern in the harbour" })),
        await ask("PATCH", "/users/me", JSON.stringify({ roles: ["admin"] })),
        await ask("DELETE", "/users/1"),
      ];
    }, token);
    assert.deepEqual(forced, [403, 403, 403, 403]);
  },

  async "a role taken away takes its controls with it and a role given brings them"(stage) {
    stage.allow(401, 403);
    const person = await stage.person({ roles: ["admin", "user"] });
    const visitor = await stage.visitor({ person });
    await visitor.go("users");
    await visitor.page.locator("tr[data-id]").first().waitFor();

    await stage.admin("PATCH", `/users/${person.id}`, { roles: ["user"] });
    await visitor.page.locator("nav a[data-view=users]").waitFor({ state: "detached" });
    await visitor.sees("You may not see that.");
    await visitor.doesNotSee("table.users");
    await visitor.live();

    await stage.admin("PATCH", `/users/${person.id}`, { roles: ["admin", "user"] });
    await visitor.go("users");
    await visitor.page.locator("tr[data-id]").first().waitFor();
    const other = await stage.person({ full_name: "Seen Again" });
    await visitor.page.getByRole("searchbox").fill("Seen Again");
    await visitor.row(other).waitFor();
  },
};
