// @ts-check
"use strict";
const assert = require("node:assert/strict");

/** @import { Credentials, Fixture, Tab } from "./fixture" */

const INITIAL_BALANCE = "10,000";

/**
 * @param {Tab} tab
 * @param {string} label
 */
function field(tab, label) {
  return tab.page.locator(".ticket").getByLabel(label, { exact: true });
}

/**
 * Opens the console of a user and waits until the user can trade.
 *
 * @param {Fixture} fixture
 * @param {Credentials} user
 */
async function openDesk(fixture, user) {
  const tab = await fixture.openTab({ user });
  await tab.page.locator(".ticket .venue-badge").getByText("no real money").waitFor();
  await tab.page.locator(".ticket").getByText(`${INITIAL_BALANCE} USDT`).waitFor();
  return tab;
}

/**
 * @param {Tab} tab
 * @param {string} name
 */
async function openTable(tab, name) {
  await tab.page.locator(`.account [data-tab=${name}]`).click();
}

/** @param {Tab} tab */
function rows(tab) {
  return tab.page.locator(".account .data-table:visible tbody tr");
}

/**
 * Buys at the price of the market.
 *
 * @param {Tab} tab
 * @param {string} quantity
 */
async function buy(tab, quantity) {
  await field(tab, "Quantity (BTC)").fill(quantity);
  await tab.click("Buy BTC");
  const dialog = tab.page.getByRole("dialog");
  await dialog.getByText("no real money").waitFor();
  await tab.click("Buy on Paper", dialog);
  await tab.waitForText(/^Paper: Buy [\d.]+ BTCUSDT is filled at [\d,.]+\.$/);
}

/**
 * Fills the ticket with a limit order far below the market, which the paper venue keeps.
 *
 * @param {Tab} tab
 */
async function fillRestingOrder(tab) {
  await field(tab, "Type").selectOption("limit");
  const bid = (await tab.page.locator(".quote dd").first().innerText()).replaceAll(",", "");
  const price = (Math.floor(Number(bid) * 0.9 * 100) / 100).toFixed(2);
  await field(tab, "Price (USDT)").fill(price);
  await field(tab, "Quantity (BTC)").fill("0.01");
  return price.replace(/\B(?=(\d{3})+\.)/g, ",");
}

/** @param {Tab} tab */
async function confirmBuy(tab) {
  await tab.click("Buy BTC");
  await tab.click("Buy on Paper", tab.page.getByRole("dialog"));
}

/**
 * @param {Tab} tab
 * @param {string} name
 */
function figure(tab, name) {
  return tab.page.locator(`.portfolio [data-figure=${name}] dd`);
}

/**
 * The user's orders as the server has them.
 *
 * @param {Fixture} fixture
 * @param {Credentials} user
 * @returns {Promise<Order[]>}
 */
async function ordersOf(fixture, user) {
  const { access_token: token } = await fixture.tokens(user);
  return (await fixture.request("GET", "/orders", undefined, token)).body;
}

/** @type {Record<string, import("./fixture").Scenario>} */
module.exports = {
  async "a new user buys on paper and sees the fill, the balance and the profit change live"(fixture) {
    const user = await fixture.createUser();
    const tab = await openDesk(fixture, user);
    const beside = await openDesk(fixture, user);
    await buy(tab, "0.01");

    // Another device of the user follows without a request of its own.
    for (const one of [tab, beside]) {
      await openTable(one, "balances");
      const bitcoin = rows(one).filter({ hasText: "BTC" });
      await bitcoin.getByText("0.00999", { exact: true }).waitFor();
      await one.page
        .locator(".ticket .facts")
        .getByText(/^9,3\d\d\.\d+ USDT$|^9,[0-2]\d\d\.\d+ USDT$|^9,4\d\d\.\d+ USDT$/)
        .waitFor();
      const profit = await figure(one, "unrealized_profit").innerText();
      await one.waitUntil(
        (before) => document.querySelector("[data-figure=unrealized_profit] dd")?.textContent !== before,
        profit,
      );
      await figure(one, "unrealized_profit")
        .getByText(/^[+-]?\u2212?\d+\.\d\d USDT$/)
        .waitFor();
    }
    await openTable(tab, "history");
    await rows(tab).getByText("Filled", { exact: true }).waitFor();
    await openTable(tab, "trades");
    await rows(tab).getByText("Taker").first().waitFor();
    const [download] = await Promise.all([tab.page.waitForEvent("download"), tab.click("Download as CSV")]);
    assert.equal(download.suggestedFilename(), "trades.csv");
    await tab.screenshot("trading filled 1280 light en");
  },

  async "a resting order is open on the chart and in the list until the user cancels it"(fixture) {
    const user = await fixture.createUser();
    const tab = await openDesk(fixture, user);
    const price = await fillRestingOrder(tab);
    await tab.page.getByText("The order satisfies the rules.").waitFor();
    await confirmBuy(tab);
    await tab.waitForText("Paper: Buy 0.01 BTCUSDT is open.");
    const row = rows(tab).filter({ hasText: price });
    await row.getByText("Open", { exact: true }).waitFor();
    await tab.page.locator(".account").getByText("Open orders (1)").waitFor();
    await openTable(tab, "balances");
    await rows(tab)
      .filter({ hasText: "USDT" })
      .getByText(/^[5-7]\d\d\.\d+$/)
      .first()
      .waitFor();
    await tab.screenshot("trading open 1280 light en");

    await openTable(tab, "open");
    await tab.click("Cancel: Buy 0.01 BTCUSDT");
    await tab.waitForText("Paper: Buy 0.01 BTCUSDT is canceled.");
    await tab.waitForText("No open orders");
    await tab.page.locator(".ticket").getByText(`${INITIAL_BALANCE} USDT`).waitFor();
    await openTable(tab, "history");
    await rows(tab).getByText("Canceled", { exact: true }).waitFor();
  },

  async "the ticket shows each violation at its field with the nearest valid value"(fixture) {
    const tab = await openDesk(fixture, await fixture.createUser());
    const { page } = tab;
    await field(tab, "Quantity (BTC)").fill("0.0100001");
    await page.locator(".ticket").getByText("The quantity must be a multiple of 0.00001.").waitFor();
    assert.equal(await field(tab, "Quantity (BTC)").getAttribute("aria-invalid"), "true");
    await tab.click("Buy BTC");
    assert.equal(await page.getByRole("dialog").count(), 0, "an order that violates a rule is not confirmed");

    await tab.click("Use 0.01");
    await page.getByText("The order satisfies the rules.").waitFor();
    assert.equal(await field(tab, "Quantity (BTC)").inputValue(), "0.01");
    assert.equal(await field(tab, "Quantity (BTC)").getAttribute("aria-invalid"), null);

    await field(tab, "Quantity (BTC)").fill("one");
    await page.locator(".ticket").getByText("Enter digits with a point, such as 0.25.").waitFor();
    await field(tab, "Quantity (BTC)").fill("");
    await tab.click("Buy BTC");
    await page.locator(".ticket").getByText("This field is required.").waitFor();

    await tab.click("Amount USDT");
    await tab.click("50%");
    assert.equal(await field(tab, "Amount (USDT)").inputValue(), "5000");
    await page.locator(".ticket .facts").getByText("\u2248 5,000.00 USDT").waitFor();
  },

  async "a level of the order book fills the ticket with a click and with the keyboard"(fixture) {
    const { tab, fake } = await fixture.openFakeMarket({ candles: 50 });
    const { page } = tab;
    await fake.waitForTopics("book.BTCUSDT", "trades.BTCUSDT");
    await field(tab, "Quantity (BTC)").waitFor();
    await fake.push("book.BTCUSDT", {
      event: "book",
      update_id: 1,
      bids: [
        ["68000.00000000", "0.50000000"],
        ["67999.50000000", "0.25000000"],
      ],
      asks: [["68000.10000000", "0.10000000"]],
      age_ms: 0,
      stale: false,
    });
    await page.locator(".bids").getByText("0.75000").click();
    assert.equal(await field(tab, "Type").inputValue(), "limit");
    assert.equal(await field(tab, "Price (USDT)").inputValue(), "67999.5");
    assert.equal(await field(tab, "Quantity (BTC)").inputValue(), "0.75");

    await page.locator(".asks .level-price:visible").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.equal(await field(tab, "Price (USDT)").inputValue(), "68000");
    assert.equal(await field(tab, "Quantity (BTC)").inputValue(), "0.75");
    await page.keyboard.press("Shift+Enter");
    assert.equal(await field(tab, "Quantity (BTC)").inputValue(), "0.5");
  },

  async "an order whose answer is lost is sent again with its key and placed once"(fixture) {
    fixture.allowErrors("network");
    const user = await fixture.createUser();
    const tab = await openDesk(fixture, user);
    const { page } = tab;
    /** @type {(string | null)[]} */
    const keys = [];
    await page.route(/\/orders$/, async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      keys.push(await route.request().headerValue("Idempotency-Key"));
      if (keys.length === 1) await route.fetch();
      return keys.length < 3 ? route.abort() : route.continue();
    });
    // The server placed the first order, and its event arrives.
    await fillRestingOrder(tab);
    await confirmBuy(tab);
    await page.locator(".account").getByText("Open orders (1)").waitFor();
    await page.locator(".unclear").waitFor({ state: "hidden" });

    await fillRestingOrder(tab);
    await confirmBuy(tab);
    await tab.waitForText(/It is not known whether this order was placed: Buy 0\.01 BTCUSDT\./);
    await tab.screenshot("trading unclear 1280 light en");
    await tab.click("Send again");
    await tab.waitForText("Paper: Buy 0.01 BTCUSDT is open.");
    await page.locator(".unclear").waitFor({ state: "hidden" });
    await page.locator(".account").getByText("Open orders (2)").waitFor();
    assert.equal(keys.length, 3);
    assert.ok(
      keys.every((key) => /^[\da-f]{32}$/.test(key ?? "")) && keys[0] !== keys[1] && keys[1] === keys[2],
      `${keys}`,
    );
    assert.equal((await ordersOf(fixture, user)).length, 2);

    await tab.click("Cancel all open orders");
    await tab.click("Cancel all open orders", page.getByRole("dialog"));
    await tab.waitForText("No open orders");
  },

  async "an order without an answer of its venue is shown as unknown, not as failed"(fixture) {
    const user = await fixture.createUser();
    const tab = await openDesk(fixture, user);
    const { page } = tab;
    await page.route(/\/orders$/, async (route) => {
      const response = await route.fetch();
      const order = { ...(await response.json()), status: "unknown", revision: 1_000_000 };
      await route.fulfill({ status: 202, json: order });
    });
    await fillRestingOrder(tab);
    await confirmBuy(tab);
    await tab.waitForText(
      "Paper: it is not known yet whether the venue has the order Buy 0.01 BTCUSDT. The server looks it up.",
    );
    await rows(tab).getByText("Outcome unknown").waitFor();
    assert.equal(await page.locator(".toast.bad, .ticket .alert:visible").count(), 0);
    await page.reload();
    await page.locator(".account").getByText("Open orders (1)").waitFor();
  },

  async "trading is halted and resumed, and the paper account is reset"(fixture) {
    const user = await fixture.createUser();
    const tab = await openDesk(fixture, user);
    const { page } = tab;
    await buy(tab, "0.02");
    await tab.click("Halt trading");
    await tab.click("Halt trading", page.getByRole("dialog"));
    await page.locator(".ticket").getByText("You halted trading. No new order is accepted.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Buy BTC", exact: true }).isDisabled(), true);
    await tab.click("Resume trading", page.locator(".ticket"));
    await tab.page.locator(".ticket .alert").getByText("You halted trading.").waitFor({ state: "hidden" });

    await tab.click("Reset account");
    await tab.click("Reset account", page.getByRole("dialog"));
    await tab.waitForText("The paper account was reset.");
    await page.locator(".ticket").getByText(`${INITIAL_BALANCE} USDT`).waitFor();
    await figure(tab, "total").getByText("10,000.00 USDT").waitFor();
    await openTable(tab, "history");
    await rows(tab).getByText("Filled", { exact: true }).waitFor();
  },

  async "orders, balances and trades are right again after a node restart"(fixture) {
    fixture.allowErrors("network", 503);
    const user = await fixture.createUser();
    const tab = await openDesk(fixture, user);
    await buy(tab, "0.03");
    await fillRestingOrder(tab);
    await confirmBuy(tab);
    await tab.page.locator(".account").getByText("Open orders (1)").waitFor();

    await fixture.runInTest("stop the node");
    await tab.page.locator(".connection[data-state=waiting]").waitFor();
    await fixture.runInTest("start the node");
    await tab.waitUntilLive();

    await rows(tab).getByText("Open", { exact: true }).waitFor();
    await openTable(tab, "balances");
    await rows(tab).getByText("0.02997", { exact: true }).waitFor();
    await openTable(tab, "open");
    await tab.click("Cancel: Buy 0.01 BTCUSDT");
    await tab.waitForText("No open orders");
    assert.deepEqual(
      (await ordersOf(fixture, user)).map(({ status }) => status),
      ["canceled", "filled"],
    );
  },

  async "amounts are calculated exactly"(fixture) {
    const { page } = await fixture.openTab({ signedIn: false });
    const results = await page.evaluate(async () => {
      const path = "/console/decimals.js";
      const d = await import(path);
      return {
        read: [" .50", "5.", "007", "1e3", "-1", "1,5", "", "."].map(d.readDecimal),
        product: d.multiplyDecimals("0.1", "68000.12345678"),
        quotient: [d.divideDown("10000", "68000.12", 8), d.divideDown("1", "0", 8)],
        floor: [
          d.floorToStep("0.147999", "0.00001"),
          d.floorToStep("5.50", null),
          d.floorToStep("0.000009", "0.00001"),
        ],
        rounded: ["1.005", "-1.005", "0.004", "-0.0049", "12"].map((text) => d.roundDecimal(text, 2)),
      };
    });
    assert.deepEqual(results, {
      read: ["0.50", "5", "7", null, null, null, null, null],
      product: "6800.012345678",
      quotient: ["0.14705856", null],
      floor: ["0.14799", "5.5", "0"],
      rounded: ["1.01", "-1.01", "0.00", "0.00", "12.00"],
    });
  },
};
