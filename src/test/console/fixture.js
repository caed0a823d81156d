// @ts-check
// What scenarios work with: users, browser tabs, requests to the API, and checks that hold in every scenario.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const { FakeMarket } = require("./fakeMarket");

const CONSOLE = process.env.CONSOLE ?? "";
const EXCHANGE = process.env.EXCHANGE;
const SCREENSHOTS = "target/console";
const PASSWORD = "a lantern in the harbour";
const ADMIN = { username: "admin", password: "admin1234" };
const TIMEOUT_MS = 15_000;
const MAX_RETRIES = 10;
const RETRY_INTERVAL_MS = 500;

/**
 * @typedef {(fixture: Fixture) => Promise<void>} Scenario
 * @typedef {{ username: string, password: string }} Credentials
 *
 * @typedef {object} TabOptions
 * @property {Credentials} [user] the administrator by default
 * @property {number} [width]
 * @property {"light" | "dark"} [scheme]
 * @property {string} [locale]
 * @property {boolean} [signedIn]
 * @property {(page: import("playwright-core").Page) => Promise<void>} [prepare] runs before the page is loaded
 */

/**
 * A busy machine hashes slowly: the node refuses a password that would wait for too long.
 *
 * @template T
 * @param {() => Promise<T>} request
 * @returns {Promise<T>}
 */
async function retried(request) {
  for (let i = 0; ; i++) {
    try {
      return await request();
    } catch (failure) {
      if (i === MAX_RETRIES || !String(failure).endsWith(": 503")) throw failure;
      await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL_MS));
    }
  }
}

/** @param {number} width */
function viewport(width) {
  return { width, height: width < 600 ? 844 : 800 };
}

/** Numbers of one length: no username starts with another one. */
let lastUser = 100;

/** @type {{ access_token: string } | null} one sign-in for all scenarios */
let adminTokens = null;

/** The browser tabs and users of one scenario. */
class Fixture {
  #browser;
  /** @type {Tab[]} */
  #tabs = [];
  /** @type {import("playwright-core").BrowserContext[]} */
  #contexts = [];
  /** @type {Set<string>} */
  #allowed = new Set();
  /** @type {string[]} */
  errors = [];
  runInTest;

  /**
   * @param {import("playwright-core").Browser} browser
   * @param {(action: string) => Promise<void>} runInTest
   */
  constructor(browser, runInTest) {
    this.#browser = browser;
    this.runInTest = runInTest;
  }

  /**
   * Opens the console in a new browser profile.
   *
   * @param {TabOptions} options
   */
  async openTab({ user = ADMIN, width = 1280, scheme = "light", locale = "en-GB", signedIn = true, prepare } = {}) {
    const context = await this.#browser.newContext({
      baseURL: CONSOLE,
      locale,
      colorScheme: scheme,
      reducedMotion: "reduce",
      viewport: viewport(width),
    });
    this.#contexts.push(context);
    if (signedIn) await this.#storeSession(context, user);
    const tab = await this.#openTab(context, prepare);
    if (signedIn) await tab.waitUntilLive();
    return tab;
  }

  /**
   * Opens a new user's console whose candles, order books and trades the scenario decides.
   *
   * @param {{ candles: number, unavailable?: string }} options
   */
  async openFakeMarket({ candles, unavailable }) {
    /** @type {FakeMarket | undefined} */
    let fake;
    const prepare = async (/** @type {import("playwright-core").Page} */ page) => {
      fake = await FakeMarket.install(page, candles);
      if (unavailable) await fake.setUnavailable(unavailable);
    };
    const tab = await this.openTab({ user: await this.createUser(), prepare });
    return { tab, fake: /** @type {FakeMarket} */ (/** @type {unknown} */ (fake)) };
  }

  /**
   * Signs in without the form: the first page that the profile loads finds the session.
   *
   * @param {import("playwright-core").BrowserContext} context
   * @param {Credentials} user
   */
  async #storeSession(context, user) {
    const { refresh_token: token } = await this.tokens(user);
    await context.addInitScript((token) => {
      if (localStorage.getItem("verticker.test")) return;
      localStorage.setItem("verticker.test", "signed in");
      localStorage.setItem("verticker.refresh", token);
    }, token);
  }

  /**
   * Opens the console in another tab of the same browser profile.
   *
   * @param {Tab} tab
   */
  async openTabBeside(tab) {
    return this.#openTab(tab.page.context());
  }

  /**
   * @param {import("playwright-core").BrowserContext} context
   * @param {TabOptions["prepare"]} [prepare]
   */
  async #openTab(context, prepare) {
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const tab = new Tab(page);
    this.#tabs.push(tab);
    this.#collectErrors(page);
    await prepare?.(page);
    await page.goto("/");
    return tab;
  }

  /**
   * Script errors, console errors, dialogs and requests to another origin fail every scenario.
   *
   * @param {import("playwright-core").Page} page
   */
  #collectErrors(page) {
    page.on("pageerror", (error) => this.errors.push(`script: ${error.stack}`));
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      const refused = /status of (\d+)|(net::ERR_\w+)|WebSocket connection/.exec(message.text());
      const cause = refused && (refused[1] ?? "network");
      if (!cause || !this.#allowed.has(cause)) {
        this.errors.push(`console: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== CONSOLE) this.errors.push(`request to ${request.url()}`);
    });
    page.on("dialog", (dialog) => {
      this.errors.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  /**
   * The browser logs every response of 400 and above and every failed request; a scenario allows those that it causes.
   *
   * @param {(number | "network")[]} causes
   */
  allowErrors(...causes) {
    causes.forEach((cause) => this.#allowed.add(String(cause)));
  }

  expectNoErrors() {
    assert.deepEqual(this.errors, []);
  }

  // ---- requests without a browser

  /** @param {{ full_name?: string, email?: string, roles?: string[] }} fields */
  async createUser(fields = {}) {
    const { body } = await retried(() =>
      this.asAdmin("POST", "/users", { username: `person-${++lastUser}`, password: PASSWORD, ...fields }),
    );
    return /** @type {User & Credentials} */ ({ ...body, password: PASSWORD });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async asAdmin(method, path, body) {
    adminTokens ??= await this.tokens(ADMIN);
    return this.request(method, path, body, adminTokens?.access_token);
  }

  /**
   * Signs in and returns the tokens.
   *
   * @param {Credentials} user
   */
  async tokens({ username, password }) {
    const form = new URLSearchParams({ username, password });
    return (await retried(() => this.request("POST", "/auth/login", form))).body;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body] URLSearchParams are sent as a form, everything else as JSON
   * @param {string} [token]
   */
  async request(method, path, body, token) {
    const form = body instanceof URLSearchParams;
    /** @type {Record<string, string>} */
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body && !form) headers["Content-Type"] = "application/json";
    const response = await fetch(CONSOLE + path, { method, headers, body: form ? body : JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  }

  /** Requests fail and streams are silent. */
  async breakExchange() {
    await this.#control("POST", "faults", { kind: "500" });
    await this.#control("POST", "stream_faults", { kind: "silence" });
  }

  async repairExchange() {
    await this.#control("DELETE", "faults");
    await this.#control("DELETE", "stream_faults");
  }

  /** Ends the exchange's connections without a close frame. */
  async dropStreams() {
    await this.#control("POST", "streams/drop");
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #control(method, path, body) {
    const response = await fetch(`${EXCHANGE}/control/${path}`, { method, body: body && JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  }

  /**
   * Takes a screenshot of every tab.
   *
   * @param {string} name
   */
  async screenshot(name) {
    for (const [i, tab] of this.#tabs.entries()) {
      await tab.screenshot(`${name} ${i}`).catch(() => {});
    }
  }

  async close() {
    for (const context of this.#contexts) await context.close();
  }
}

/** One tab that shows the console. */
class Tab {
  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {Credentials} user */
  async signIn({ username, password }) {
    await this.page.getByLabel(/^(Username|ชื่อผู้ใช้)$/).fill(username);
    await this.page.getByLabel(/^(Password|รหัสผ่าน)$/).fill(password);
    await this.page.locator("form button[type=submit]").click();
    await this.page.locator(".shell").waitFor();
    await this.waitUntilLive();
  }

  /** @param {number} width */
  async setWidth(width) {
    if (this.page.viewportSize()?.width !== width) await this.page.setViewportSize(viewport(width));
  }

  /** @param {string} name */
  async openView(name) {
    await this.page.locator(`nav a[data-view="${name}"]`).click();
    await this.page.locator(`nav a[data-view="${name}"][aria-current="page"]`).waitFor();
  }

  /** Waits until the server has confirmed every topic. */
  async waitUntilLive() {
    await this.page.locator(".connection[data-state=live]").waitFor();
  }

  /** @param {string | RegExp} text */
  async waitForText(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** @param {string} selector */
  async expectAbsent(selector) {
    assert.equal(await this.page.locator(selector).count(), 0, `${selector} must be absent`);
  }

  /** @param {User} user */
  row(user) {
    return this.page.locator(`tr[data-id="${user.id}"]`);
  }

  /**
   * @param {string} name of the button
   * @param {import("playwright-core").Page | import("playwright-core").Locator} within
   */
  async click(name, within = this.page) {
    await within.getByRole("button", { name, exact: true }).click();
  }

  /**
   * Waits until the function returns true in the page.
   *
   * @param {(argument: any) => boolean} condition
   * @param {unknown} [argument]
   */
  async waitUntil(condition, argument) {
    await this.page.waitForFunction(condition, argument, { polling: 50 });
  }

  /** @param {string} name */
  async screenshot(name) {
    fs.mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: `${SCREENSHOTS}/${name.replace(/\W+/g, "-")}.png` });
  }
}

exports.Fixture = Fixture;
exports.Tab = Tab;
exports.PASSWORD = PASSWORD;
