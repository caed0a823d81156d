// @ts-check
"use strict";
const assert = require("node:assert/strict");

/** @import { Fixture, Tab } from "./fixture" */

/**
 * Collects the prices that the watch list shows for each symbol, until one symbol has shown `count` of them.
 *
 * @param {Tab} tab
 * @param {string} symbol
 * @param {number} count
 */
async function shownPrices(tab, symbol, count) {
  /** @type {Record<string, string[]>} */
  const shown = {};
  while ((shown[symbol] ?? []).length < count) {
    for (const row of await tab.page.locator(".watch-list li").all()) {
      const name = await row.locator("strong").innerText();
      const price = await row.locator(".price").innerText();
      shown[name] ??= [];
      if (!shown[name].includes(price)) shown[name].push(price);
    }
  }
  return shown;
}

/**
 * The rows of the table of candles, newest first.
 *
 * @param {Tab} tab
 */
async function shownCandles(tab) {
  return tab.page.locator(".candle-table tbody tr").evaluateAll((rows) =>
    rows.map((row) => {
      const texts = [...row.children].map((cell) => cell.textContent ?? "");
      const [, open, high, low, close] = texts.map((text) => text.replaceAll(",", ""));
      const { at, state } = /** @type {HTMLElement} */ (row).dataset;
      return { at: at ?? "", open, high, low, close, state };
    }),
  );
}

/** @param {Tab} tab */
async function openTable(tab) {
  await tab.page.getByText("Show candles as a table").click();
  await tab.page.locator(".candle-table tbody tr").first().waitFor();
}

/** @param {string | null} price */
function trimmed(price) {
  return price === null ? "\u2013" : price.replace(/\.?0+$/, "");
}

/**
 * Fails if the table differs from the candles of the server that are no longer forming.
 *
 * @param {Fixture} fixture
 * @param {Tab} tab
 * @param {string} symbol
 */
async function expectCandlesOfServer(fixture, tab, symbol) {
  const shown = (await shownCandles(tab)).filter(({ state }) => state === "final" || state === "amended");
  const { body } = await fixture.asAdmin("GET", `/prices/${symbol}/candles?interval=1m&limit=500`);
  const stored = new Map(/** @type {CandleBody[]} */ (body.candles).map((candle) => [candle.open_time, candle]));
  assert.ok(shown.length > 20, `only ${shown.length} candles are shown`);
  for (const { at, state, ...prices } of shown) {
    const candle = stored.get(at);
    assert.ok(candle, `the server has no candle of ${at}`);
    const { open, high, low, close } = candle;
    const expected = { open: trimmed(open), high: trimmed(high), low: trimmed(low), close: trimmed(close) };
    const numbers = Object.fromEntries(Object.entries(prices).map(([name, price]) => [name, trimmed(price)]));
    assert.deepEqual(numbers, expected, `${at} (${state})`);
  }
  const times = (await shownCandles(tab)).map(({ at }) => Date.parse(at));
  times.slice(1).forEach((at, i) => assert.equal(times[i] - at, 60_000, `hole after ${new Date(at).toISOString()}`));
}

/**
 * What the chart has drawn.
 *
 * @param {Tab} tab
 */
async function picture(tab) {
  return tab.page
    .locator(".canvas canvas")
    .evaluateAll((all) => all.map((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL()).join());
}

/**
 * Collects the prices that a page receives, over HTTP and from the bus.
 *
 * @param {import("playwright-core").Page} page
 * @param {Set<string>} prices
 */
function collectPrices(page, prices) {
  const add = (/** @type {string | Buffer} */ text) => {
    for (const [, price] of String(text).matchAll(/\\?"price\\?":\\?"([\d.]+)/g)) prices.add(trimmed(price));
  };
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => add(payload)));
  page.on("response", async (response) => {
    if (response.url().endsWith("/prices")) add(await response.text().catch(() => ""));
  });
}

/** @type {Record<string, import("./fixture").Scenario>} */
module.exports = {
  async "prices change without a reload and are never rounded"(fixture) {
    /** @type {Set<string>} */
    const received = new Set();
    const prepare = async (/** @type {import("playwright-core").Page} */ page) => collectPrices(page, received);
    const tab = await fixture.openTab({ user: await fixture.createUser(), prepare });
    await tab.page.locator(".watch-list .price").nth(2).waitFor();
    const shown = await shownPrices(tab, "BTCUSDT", 3);

    assert.deepEqual(Object.keys(shown), ["BTCUSDT", "ETHBTC", "ETHUSDT"]);
    for (const [symbol, prices] of Object.entries(shown)) {
      const digits = prices.map((price) => price.split(".")[1]?.length ?? 0);
      assert.deepEqual(
        digits,
        digits.map(() => (symbol === "ETHBTC" ? 5 : 2)),
        `${symbol}: ${prices}`,
      );
      for (const price of prices) {
        assert.ok(received.has(trimmed(price.replaceAll(",", ""))), `${symbol} never had the price ${price}`);
      }
    }
    for (const row of await tab.page.locator(".watch-list li").all()) {
      await row.getByText(/^\d+ s old$/).waitFor();
      await row
        .locator(".chip")
        .getByText(/^[+\u2212]?\d+\.\d+%$/)
        .waitFor();
      await row.locator(".sparkline path[d]").waitFor({ state: "attached" });
    }
    const panel = tab.page.locator(".quote");
    await panel.getByText("BTCUSDT").waitFor();
    await panel.getByText("Simulated").waitFor();
    await panel.getByText(/^(Streamed|Polled|Cached|Stored)$/).waitFor();
    await panel.getByText(/^(rising|falling)$/).waitFor();
  },

  async "simulated and stale prices are marked"(fixture) {
    const tab = await fixture.openTab({ user: await fixture.createUser() });
    await tab.waitForText("Simulated prices: these are not real market prices.");
    await tab.expectAbsent(".banner.bad");
    await fixture.breakExchange();
    try {
      await tab.waitForText("Stale prices: the exchange has not confirmed BTCUSDT, ETHBTC, ETHUSDT recently.");
      await tab.page.locator(".watch-list .stale").first().waitFor();
      await tab.page.locator(".quote.stale").waitFor();
      await tab.page
        .locator(".book.stale .age")
        .getByText(/^stale, \d+ s old$/)
        .waitFor();
      await tab.page.locator(".trades.stale").waitFor();
      await tab.screenshot("market stale 1280 light en");
    } finally {
      await fixture.repairExchange();
    }
    await tab.page.locator(".banner.bad").waitFor({ state: "detached" });
    await tab.expectAbsent(".stale");
  },

  async "the chart moves, and its table has the candles of the server"(fixture) {
    const tab = await fixture.openTab({ user: await fixture.createUser() });
    await tab.page.locator(".canvas canvas").first().waitFor();
    await openTable(tab);
    const before = await picture(tab);
    const [newest] = await shownCandles(tab);

    await tab.waitUntil(
      (at) => document.querySelector(".candle-table tbody tr")?.getAttribute("data-at") !== at,
      newest.at,
    );

    assert.notEqual(await picture(tab), before, "the chart has not changed");
    await expectCandlesOfServer(fixture, tab, "BTCUSDT");
  },

  async "the chart is complete again after an offline period and a lost connection to the exchange"(fixture) {
    fixture.allowErrors("network", 503);
    const tab = await fixture.openTab({ user: await fixture.createUser() });
    await openTable(tab);
    // At the speed of the simulated exchange a minute takes one second.
    const passMinutes = async (/** @type {number} */ minutes) => {
      const [newest] = await shownCandles(tab);
      await tab.waitUntil(
        (at) => Date.parse(document.querySelector(".candle-table tbody tr")?.getAttribute("data-at") ?? "") >= at,
        Date.parse(newest.at) + minutes * 60_000,
      );
    };
    await tab.page.context().setOffline(true);
    await tab.waitForText("No connection to the server");
    await tab.page.locator(".quote.stale").waitFor();
    await tab.page.waitForTimeout(3_000);
    await tab.page.context().setOffline(false);
    await tab.waitUntilLive();
    await passMinutes(3);
    await expectCandlesOfServer(fixture, tab, "BTCUSDT");

    await fixture.dropStreams();
    await passMinutes(3);
    await expectCandlesOfServer(fixture, tab, "BTCUSDT");
    await tab.page.locator(".feed[data-state=live]").waitFor();
  },

  async "a watch list, a chart and its intervals work with the keyboard"(fixture) {
    const { tab, fake } = await fixture.openFakeMarket({ candles: 600 });
    const { page } = tab;
    await page.locator(".watch-list [aria-selected=true]").focus();
    await page.keyboard.press("ArrowDown");
    await page.locator(".quote h2").getByText("ETHBTC").waitFor();
    await tab.waitUntil(() => location.hash === "#/market?symbol=ETHBTC&interval=1m");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-symbol")), "ETHBTC");
    await page.locator("[data-interval='15m']").press("Enter");
    await tab.waitUntil(() => location.hash === "#/market?symbol=ETHBTC&interval=15m");
    assert.equal(await page.locator("[data-interval='15m']").getAttribute("aria-pressed"), "true");
    await page.locator("[data-interval='1m']").press("Enter");

    const chart = page.getByRole("slider", { name: "Candlestick chart of ETHBTC, 1 minute" });
    await chart.focus();
    const legend = page.locator(".candles");
    const spoken = async () => (await chart.getAttribute("aria-valuetext")) ?? "";
    const [third, , newest] = fake.candles.slice(-3);
    await legend.getByText("forming").waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    assert.ok((await spoken()).includes(`close ${grouped(third.close)}`), await spoken());
    await legend.getByText(grouped(third.close)).waitFor();
    await page.keyboard.press("Home");
    await tab.waitUntil(() => Number(document.querySelector(".canvas")?.getAttribute("aria-valuemax")) >= 500);
    await page.keyboard.press("Escape");
    assert.ok((await spoken()).includes(`close ${grouped(newest.close)}`), await spoken());
  },

  async "corrected, absent and missing candles appear without a reload"(fixture) {
    const { tab, fake } = await fixture.openFakeMarket({ candles: 50 });
    await openTable(tab);
    const topic = "candles.BTCUSDT.1m";
    const [fifth, fourth, third, second, newest] = fake.candles.slice(-5);
    const row = (/** @type {CandleBody} */ candle) => tab.page.locator(`tr[data-at="${candle.open_time}"]`);

    await fake.pushCandles(topic, { ...fourth, close: "70000.50000000", high: "70001.00000000", state: "amended" });
    await row(fourth).getByText("70,000.50").waitFor();
    await row(fourth).getByText("corrected").waitFor();

    await fake.pushCandles(topic, { ...fourth, state: "forming" });
    const absent = { open: null, high: null, low: null, close: null, volume: null, quote_volume: null };
    await fake.pushCandles(topic, { ...third, ...absent, trades: 0, state: "absent" });
    await row(third).getByText("no candle").waitFor();
    await row(fourth).getByText("corrected").waitFor();

    // A frame was lost: the candle between is loaded from the server.
    const at = (/** @type {number} */ minutes) =>
      new Date(Date.parse(newest.open_time) + minutes * 60_000).toISOString().replace(".000Z", "Z");
    const between = { ...newest, open_time: at(1), state: "final" };
    const next = { ...newest, open_time: at(2), close: newest.open, trades: 3 };
    fake.candles = [...fake.candles.slice(0, -1), { ...newest, state: "final" }, between, next];
    await fake.pushCandles(topic, next);
    await row(between).getByText("final").waitFor();
    await row(newest).getByText("final").waitFor();

    await fake.push("feed", {
      event: "feed",
      venue: "simulated",
      state: "polling",
      since: at(0),
      market_time: at(1),
      speed: 30,
    });
    await tab.waitForText("Polling");
    await tab.waitForText(/^Simulated market: .+, speed 30\u00d7$/);
    fake.candles = fake.candles.map((candle) =>
      candle.open_time === second.open_time ? { ...candle, close: "66000.10000000", state: "amended" } : candle,
    );
    const gap = { kind: "candles", symbols: ["BTCUSDT"], from: fifth.open_time, to: second.open_time, filled: true };
    await fake.push("feed", { event: "feed_gap", ...gap });
    await tab.waitForText(/^Interrupted from .+ to .+; the missing data was loaded\.$/);
    await row(second).getByText("66,000.10").waitFor();
  },

  async "an order book shows each frame with exact totals, and pauses"(fixture) {
    // Live prices do not wait for it.
    const { tab, fake } = await fixture.openFakeMarket({ candles: 50, unavailable: "book.BTCUSDT" });
    const { page } = tab;
    await fake.waitForTopics("trades.BTCUSDT");
    await tab.waitForText("Waiting for the order book\u2026");
    await fake.setUnavailable(null);
    await fake.waitForTopics("book.BTCUSDT", "trades.BTCUSDT");
    const levels = (/** @type {number} */ best, /** @type {number} */ step, /** @type {number} */ count) =>
      Array.from({ length: count }, (_, i) => [`${(best + i * step).toFixed(2)}000000`, `0.${10 + i}010000`]);
    const push = (/** @type {number} */ updateId, /** @type {number} */ bid, count = 20) =>
      fake.push("book.BTCUSDT", {
        event: "book",
        update_id: updateId,
        bids: levels(bid, -0.5, count),
        asks: levels(bid + 0.02, 0.5, count),
        age_ms: 0,
        stale: false,
      });
    const shown = (/** @type {string} */ side) =>
      page
        .locator(`.ladder .${side} .level:not([hidden])`)
        .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent).join(" ")));

    await push(1, 68_000);
    await page.getByRole("row", { name: "Spread 0.02 0.000029%" }).waitFor();
    assert.deepEqual((await shown("bids")).slice(0, 3), [
      "68,000.00 0.10010 0.10010",
      "67,999.50 0.11010 0.21020",
      "67,999.00 0.12010 0.33030",
    ]);
    const asks = await shown("asks");
    assert.deepEqual([asks.length, asks[0], asks[9]], [10, "68,004.52 0.19010 1.45100", "68,000.02 0.10010 0.10010"]);
    await tab.click("Show 20 levels");
    assert.equal((await shown("asks")).length, 20);

    // The rows stay, whatever the book contains.
    await page
      .locator(".bids .level")
      .first()
      .evaluate((row) => row.setAttribute("data-first", ""));
    await push(2, 68_100, 2);
    await page.locator(".bids .level[data-first]", { hasText: "68,100.00" }).waitFor();
    assert.deepEqual((await shown("bids")).slice(1, 3), ["68,099.50 0.11010 0.21020", "  "]);

    await tab.click("Pause: Order book");
    await push(3, 68_200);
    await page.locator(".book").getByText("paused").waitFor();
    await page.locator(".bids").getByText("68,100.00").waitFor();
    await tab.click("Continue: Order book");
    await page.locator(".bids").getByText("68,200.00").waitFor();
    await page
      .locator(".book .age")
      .getByText(/^\d s old$/)
      .waitFor();
    assert.equal(await page.locator(":is([role=status], [role=log], [aria-live]) table").count(), 0);
  },

  async "trades appear newest first with their side and those that are missing, while they are visible"(fixture) {
    const { tab, fake } = await fixture.openFakeMarket({ candles: 50 });
    const { page } = tab;
    await fake.waitForTopics("book.BTCUSDT", "trades.BTCUSDT");
    await tab.waitForText("Waiting for trades\u2026");
    const trade = (/** @type {number} */ id) => ({
      id,
      price: `${68_000 + id}.10000000`,
      quantity: "0.01200000",
      side: id % 2 ? "buy" : "sell",
      time: "2026-11-29T10:20:30.000000+00:00",
    });
    const push = (/** @type {number[]} */ ...ids) =>
      fake.push("trades.BTCUSDT", { event: "trades", snapshot: false, missed: 0, data: ids.map(trade) });
    const shown = () =>
      page.locator(".trades tbody tr").evaluateAll((rows) =>
        rows.map((row) =>
          [...row.children]
            .slice(0, 2)
            .map((cell) => cell.textContent)
            .join(" "),
        ),
      );

    await push(1, 2, 3);
    await page.locator(".trades tbody tr").nth(2).waitFor();
    assert.deepEqual(await shown(), ["buy68,003.10 0.01200", "sell68,002.10 0.01200", "buy68,001.10 0.01200"]);
    await page
      .locator(".trades tbody tr td:last-child")
      .first()
      .getByText(/^\d{2}:20:30$/)
      .waitFor();

    await push(3, 6);
    await tab.waitForText("2 trades not received");
    assert.deepEqual((await shown()).slice(0, 3), [
      "sell68,006.10 0.01200",
      "2 trades not received",
      "buy68,003.10 0.01200",
    ]);
    await push(5);
    await tab.waitForText("1 trade not received");

    // A burst replaces all rows, but never adds more than fit.
    await push(...Array.from({ length: 300 }, (_, i) => i + 7));
    await page.locator(".trades tbody").getByText("68,306.10").waitFor();
    const rows = await shown();
    assert.deepEqual([rows.length, rows[49]], [50, "buy68,257.10 0.01200"]);

    await fake.push("trades.BTCUSDT", { event: "trades", snapshot: true, missed: 0, data: [trade(1), trade(2)] });
    await page.locator(".trades tbody tr:nth-child(2):last-child").waitFor();
    assert.deepEqual(await shown(), ["sell68,002.10 0.01200", "buy68,001.10 0.01200"]);

    await page.locator(".watch-list").getByText("ETHBTC").click();
    await fake.waitForTopics("book.ETHBTC", "trades.ETHBTC");

    const setVisibility = (/** @type {string} */ state) =>
      page.evaluate((value) => {
        Object.defineProperty(document, "visibilityState", { configurable: true, get: () => value });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    await setVisibility("hidden");
    await fake.waitForTopics();
    await setVisibility("visible");
    await fake.waitForTopics("book.ETHBTC", "trades.ETHBTC");

    await page.setViewportSize({ width: 390, height: 844 });
    await fake.waitForTopics();
    await tab.click("Order book");
    await fake.waitForTopics("book.ETHBTC");
    await tab.click("Trades");
    await fake.waitForTopics("trades.ETHBTC");
    await tab.openView("notifications");
    await fake.waitForTopics();
  },

  async "a search adds a symbol with its live order book and trades"(fixture) {
    fixture.allowErrors(404);
    const tab = await fixture.openTab({ user: await fixture.createUser() });
    const { page } = tab;
    await page.locator(".watch-list .price").nth(2).waitFor();
    const search = page.getByRole("combobox", { name: "Search symbols" });
    await search.fill("sol");
    await page.getByRole("option", { name: "SOLUSDT SOL / USDT", selected: true }).waitFor();
    await search.press("Enter");
    await page.locator(".quote h2").getByText("SOLUSDT").waitFor();
    await page.locator(".watch-list [data-symbol=SOLUSDT][aria-selected=true] .price").waitFor();
    assert.equal(await search.inputValue(), "");
    await tab.waitUntil(() => location.hash === "#/market?symbol=SOLUSDT&interval=1m");

    await page.locator(".trades tbody tr").nth(2).waitFor();
    await page.locator(".bids .level td", { hasText: /\d/ }).nth(10).waitFor();
    const levels = await page.locator(".level:not([hidden]) th").allInnerTexts();
    const prices = levels.map((price) => Number(price.replaceAll(",", "")));
    assert.equal(prices.length, 20);
    prices.slice(1).forEach((price, i) => assert.ok(price < prices[i], `${price} is below ${prices[i]}`));
    const newest = () => page.locator(".trades tbody tr").first().innerText();
    const before = await newest();
    await tab.waitUntil(
      (text) => /** @type {HTMLElement} */ (document.querySelector(".trades tbody tr")).innerText !== text,
      before,
    );

    await search.fill("no such symbol");
    await tab.waitForText("No symbol found");
    await search.press("Escape");
    await page.evaluate(() => (location.hash = "#/market?symbol=NONE"));
    await tab.waitForText("The exchange has no price of NONE.");
    await page.locator(".quote h2").getByText("BTCUSDT").waitFor();
  },
};

/** @param {string | null} price with eight fraction digits, of which the last six are zeros */
function grouped(price) {
  return (price ?? "").slice(0, -6).replace(/\B(?=(\d{3})+\.)/g, ",");
}
