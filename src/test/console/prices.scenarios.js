// @ts-check
"use strict";
const assert = require("node:assert/strict");

/**
 * Collects the prices that the page shows for each symbol, until one symbol has shown `count` of them.
 *
 * @param {import("./fixture").Tab} tab
 * @param {string} symbol
 * @param {number} count
 */
async function shownPrices(tab, symbol, count) {
  /** @type {Record<string, string[]>} */
  const shown = {};
  while ((shown[symbol] ?? []).length < count) {
    for (const card of await tab.page.locator(".quote").all()) {
      const name = await card.locator("h2").innerText();
      const price = await card.locator(".price").innerText();
      shown[name] ??= [];
      if (!shown[name].includes(price)) shown[name].push(price);
    }
  }
  return shown;
}

/** @type {Record<string, import("./fixture").Scenario>} */
module.exports = {
  async "prices change without a reload and are never rounded"(fixture) {
    const tab = await fixture.openTab({ user: await fixture.createUser() });
    await tab.page.locator(".quote .price").nth(2).waitFor();
    const shown = await shownPrices(tab, "BTCUSDT", 3);

    assert.deepEqual(Object.keys(shown), ["BTCUSDT", "ETHBTC", "ETHUSDT"]);
    for (const [symbol, prices] of Object.entries(shown)) {
      const { body } = await fixture.asAdmin("GET", `/prices/${symbol}/history?limit=1000`);
      const stored = /** @type {Observation[]} */ (body).map((row) => row.exchange_info.price);
      for (const price of prices) {
        assert.match(price, /^\d{1,3}(,\d{3})*\.\d{8}$/);
        assert.ok(stored.includes(price.replaceAll(",", "")), `${symbol} never had the price ${price}`);
      }
    }
    const card = tab.page.locator(".quote").first();
    await card.getByText("Simulated").waitFor();
    await card.getByText(/^(Polled|Cached|Stored)$/).waitFor();
    await card.getByText(/^\d+ s old$/).waitFor();
    await card.getByText(/^(rising|falling)$/).waitFor();
    await card.locator(".chart canvas").waitFor();
    await card.getByText(/^Low since \d/).waitFor();
    assert.match(
      (await card.locator(".chart").getAttribute("aria-label")) ?? "",
      /^Prices since .+: [\d,]+\.\d{8} to [\d,]+\.\d{8}$/,
    );
  },

  async "simulated and stale prices are marked"(fixture) {
    const tab = await fixture.openTab({ user: await fixture.createUser() });
    await tab.waitForText("Simulated prices: these are not real market prices.");
    await tab.expectAbsent(".banner.bad");
    await fixture.breakExchange();
    try {
      await tab.waitForText("Stale prices: the exchange has not confirmed BTCUSDT, ETHBTC, ETHUSDT recently.");
      await tab.page.locator(".quote.stale").first().waitFor();
      await tab.screenshot("prices stale 1280 light en");
    } finally {
      await fixture.repairExchange();
    }
    await tab.page.locator(".banner.bad").waitFor({ state: "detached" });
    await tab.expectAbsent(".quote.stale");
  },
};
