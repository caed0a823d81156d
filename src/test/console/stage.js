// What the scenarios are written with: people, the browsers they sit at, and what may not happen in any of them.
"use strict";
const assert = require("assert/strict");
const fs = require("fs");

const CONSOLE = process.env.CONSOLE;
const EXCHANGE = process.env.EXCHANGE;
const PICTURES = "target/console";
const PASSWORD = "a lantern in the harbour";
const ADMIN = { username: "admin", password: "admin1234" };
const PATIENCE_MS = 15_000;

/** Names of one length: none begins with another one. */
let people = 100;

/** Signed in once for all scenarios. */
let admin = null;

/** One scenario's browsers and people. */
class Stage {
  #browser;
  #visitors = [];
  #contexts = [];
  troubles = [];
  #allowed = new Set();
  please;

  constructor(browser, please) {
    this.#browser = browser;
    this.please = please;
  }

  /** An administrator, or anybody, at a browser of their own. */
  async visitor({ person = ADMIN, width = 1280, scheme = "light", locale = "en-GB", signedIn = true } = {}) {
    const context = await this.#browser.newContext({
      baseURL: CONSOLE, locale, colorScheme: scheme, reducedMotion: "reduce", viewport: { width, height: width < 600 ? 844 : 800 },
    });
    this.#contexts.push(context);
    const visitor = await this.#visit(context);
    if (signedIn) await visitor.signIn(person);
    return visitor;
  }

  /** Another tab of the same browser. */
  async tab(visitor) {
    return this.#visit(visitor.page.context());
  }

  async #visit(context) {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const visitor = new Visitor(page, this);
    this.#visitors.push(visitor);
    this.#watch(page);
    await page.goto("/");
    return visitor;
  }

  /** No error in the console, no script that failed, no request to anybody else. */
  #watch(page) {
    page.on("pageerror", (error) => this.troubles.push(`script: ${error.stack}`));
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      const refused = /status of (\d+)|(net::ERR_\w+)|WebSocket connection/.exec(message.text());
      const what = refused && (refused[1] ?? "network");
      if (!this.#allowed.has(what)) this.troubles.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== CONSOLE) this.troubles.push(`request to ${request.url()}`);
    });
    page.on("dialog", (dialog) => {
      this.troubles.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  /** The browser itself logs every answer of 400 and more, and every request that fails; here they are meant. */
  allow(...statuses) {
    statuses.forEach((status) => this.#allowed.add(String(status)));
  }

  assertNoTrouble() {
    assert.deepEqual(this.troubles, []);
  }

  // ---- behind the scenes, over HTTP

  async person(more = {}) {
    const username = `person-${++people}`;
    const { body } = await this.admin("POST", "/users", { username, password: PASSWORD, ...more });
    return { ...body, password: PASSWORD };
  }

  /** As the administrator, from elsewhere. */
  async admin(method, path, body) {
    admin ??= await this.tokens(ADMIN);
    return this.ask(method, path, body, admin.access_token);
  }

  async tokens({ username, password }) {
    return (await this.ask("POST", "/auth/login", new URLSearchParams({ username, password }))).body;
  }

  async ask(method, path, body, token) {
    const form = body instanceof URLSearchParams;
    const answer = await fetch(CONSOLE + path, {
      method,
      headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body && !form && { "Content-Type": "application/json" }) },
      body: form ? body : body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  }

  async exchangeFails() {
    await fetch(`${EXCHANGE}/control/faults`, { method: "POST", body: JSON.stringify({ kind: "500" }) });
  }

  async exchangeWorks() {
    await fetch(`${EXCHANGE}/control/faults`, { method: "DELETE" });
  }

  /** Of every open page, for whoever looks at what went wrong. */
  async picture(name) {
    for (const [i, visitor] of this.#visitors.entries()) {
      await visitor.picture(`${name} ${i}`).catch(() => {});
    }
  }

  async close() {
    for (const context of this.#contexts) await context.close();
  }
}

/** Somebody who looks at a page of the console. */
class Visitor {
  constructor(page, stage) {
    this.page = page;
    this.stage = stage;
  }

  async signIn({ username, password }) {
    await this.page.getByLabel(/^(Username|ชื่อผู้ใช้)$/).fill(username);
    await this.page.getByLabel(/^(Password|รหัสผ่าน)$/).fill(password);
    await this.page.locator("form button[type=submit]").click();
    await this.page.locator(".shell").waitFor();
    await this.live();
  }

  async go(view) {
    await this.page.locator(`nav a[data-view="${view}"]`).click();
    await this.page.locator(`nav a[data-view="${view}"][aria-current="page"]`).waitFor();
  }

  /** The connection says that everything is heard. */
  async live() {
    await this.page.locator(".connection[data-state=live]").waitFor();
  }

  async sees(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  async doesNotSee(selector) {
    assert.equal(await this.page.locator(selector).count(), 0, `${selector} must not be there`);
  }

  row(user) {
    return this.page.locator(`tr[data-id="${user.id}"]`);
  }

  async press(name, within = this.page) {
    await within.getByRole("button", { name, exact: true }).click();
  }

  /** Waits until a question about the page is answered with yes. */
  async until(question, argument) {
    await this.page.waitForFunction(question, argument, { polling: 50 });
  }

  async picture(name) {
    fs.mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: `${PICTURES}/${name.replace(/\W+/g, "-")}.png` });
  }
}

module.exports = { Stage, PASSWORD };
