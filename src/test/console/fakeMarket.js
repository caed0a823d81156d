// @ts-check
// Answers a tab's requests for candles and its market topics in place of the node, for what no simulated exchange does on
// demand: corrected, absent and missing candles, chosen order books and trades.
"use strict";

const MINUTE_MS = 60_000;

/**
 * @typedef {object} FakeWindow
 * @property {(topic: string, body: object) => void} pushMarketFrame
 * @property {() => string[]} marketTopics
 * @property {string | null} [unavailableTopic]
 */

class FakeMarket {
  #page;
  /** @type {CandleBody[]} oldest first, one a minute; every symbol has the same */
  candles;

  /**
   * @param {import("playwright-core").Page} page
   * @param {CandleBody[]} candles
   */
  constructor(page, candles) {
    this.#page = page;
    this.candles = candles;
  }

  /**
   * Must run before the page is loaded.
   *
   * @param {import("playwright-core").Page} page
   * @param {number} count of candles; the last one is forming
   */
  static async install(page, count) {
    const fake = new FakeMarket(page, candlesUpTo(count));
    await page.route(/\/prices\/[^/]+\/candles\?/, (route) => {
      const { searchParams } = new URL(route.request().url());
      return route.fulfill({ json: fake.#pageOf(searchParams) });
    });
    await page.route(/\/candles\?symbols=/, (route) => {
      const symbols = new URL(route.request().url()).searchParams.get("symbols")?.split(",") ?? [];
      const candles = fake.candles.slice(-96);
      return route.fulfill({ json: symbols.map((symbol) => ({ symbol, candles, next: null })) });
    });
    await page.addInitScript(interceptTopics);
    return fake;
  }

  /** @param {URLSearchParams} query */
  #pageOf(query) {
    const { candles } = this;
    const limit = Number(query.get("limit"));
    const from = query.get("from");
    const to = query.get("to");
    if (from !== null) {
      const all = candles.filter(({ open_time: at }) => at >= from);
      return { candles: all.slice(0, limit), next: all[limit]?.open_time ?? null };
    }
    return { candles: candles.filter(({ open_time: at }) => to === null || at < to).slice(-limit), next: null };
  }

  /**
   * Sends a frame to the page.
   *
   * @param {string} topic
   * @param {object} body
   */
  async push(topic, body) {
    const sent = { topic, body: { topic, ...body } };
    await this.#page.evaluate(
      ({ topic, body }) => /** @type {FakeWindow} */ (/** @type {unknown} */ (globalThis)).pushMarketFrame(topic, body),
      sent,
    );
  }

  /**
   * Subscriptions to the topic fail for now; null ends that.
   *
   * @param {string | null} topic
   */
  async setUnavailable(topic) {
    const set = (/** @type {string | null} */ value) => Object.assign(globalThis, { unavailableTopic: value });
    if (topic) await this.#page.addInitScript(set, topic);
    else await this.#page.evaluate(set, topic);
  }

  /**
   * Waits until the page is subscribed to exactly these order books and trades.
   *
   * @param {string[]} topics
   */
  async waitForTopics(...topics) {
    await this.#page.waitForFunction(
      (expected) => {
        const { marketTopics } = /** @type {FakeWindow} */ (/** @type {unknown} */ (globalThis));
        const live = marketTopics().filter((topic) => /^(book|trades)\./.test(topic));
        return live.sort().join() === expected;
      },
      topics.sort().join(),
      { polling: 50 },
    );
  }

  /**
   * @param {string} topic
   * @param {CandleBody[]} data
   */
  async pushCandles(topic, ...data) {
    await this.push(topic, { event: "candles", snapshot: false, data });
  }
}

/** Runs in the page: registrations of market topics never reach the server. */
function interceptTopics() {
  /** @type {Map<string, (refusal: object | null, frame: { body: object }) => void>} */
  const handlers = new Map();
  const isMarket = (/** @type {string} */ topic) => /^(feed$|candles\.|book\.|trades\.)/.test(topic);
  /** @type {any} */
  let client;
  Object.defineProperty(globalThis, "EventBus", {
    get: () => client,
    set: (/** @type {any} */ real) => {
      client = real;
      const { registerHandler, unregisterHandler } = real.prototype;
      real.prototype.registerHandler = function (/** @type {[string, object, any]} */ ...args) {
        const [topic, , handler] = args;
        if (!isMarket(topic)) return registerHandler.apply(this, args);
        const page = /** @type {FakeWindow} */ (/** @type {unknown} */ (globalThis));
        if (topic === page.unavailableTopic) {
          const refusal = { failureCode: 503, failureType: "unavailable", message: "try again" };
          setTimeout(() => handler(refusal, { body: {} }));
          return;
        }
        handlers.set(topic, handler);
        setTimeout(() => handler(null, { body: { event: "subscribed", topic, recovered: false, replayed: 0 } }));
      };
      real.prototype.unregisterHandler = function (/** @type {[string, any]} */ ...args) {
        if (!isMarket(args[0])) return unregisterHandler.apply(this, args);
        handlers.delete(args[0]);
      };
    },
  });
  Object.assign(globalThis, {
    pushMarketFrame: (/** @type {string} */ topic, /** @type {object} */ body) => handlers.get(topic)?.(null, { body }),
    marketTopics: () => [...handlers.keys()],
  });
}

/**
 * A reproducible walk of prices with two fraction digits that ends in the current minute.
 *
 * @param {number} count
 * @returns {CandleBody[]}
 */
function candlesUpTo(count) {
  const newest = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5;
  let price = 68_000;
  return Array.from({ length: count }, (_, i) => {
    const open = price;
    price += random() * 60;
    const high = Math.max(open, price) + Math.abs(random()) * 20;
    const low = Math.min(open, price) - Math.abs(random()) * 20;
    return candle(new Date(newest - (count - 1 - i) * MINUTE_MS), [open, high, low, price], {
      volume: `${(5 + Math.abs(random()) * 40).toFixed(5)}000`,
      state: i === count - 1 ? "forming" : "final",
    });
  });
}

/**
 * @param {Date} at
 * @param {number[]} prices open, high, low, close
 * @param {Partial<CandleBody>} fields
 * @returns {CandleBody}
 */
function candle(at, prices, fields = {}) {
  const [open, high, low, close] = prices.map((price) => `${price.toFixed(2)}000000`);
  return {
    open_time: at.toISOString().replace(".000Z", "Z"),
    open,
    high,
    low,
    close,
    volume: "12.50000000",
    quote_volume: "850000.00000000",
    trades: 100,
    state: "final",
    ...fields,
  };
}

exports.FakeMarket = FakeMarket;
