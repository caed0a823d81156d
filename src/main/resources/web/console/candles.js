// @ts-check
// The candles of one symbol and interval: loaded over HTTP, continued by the bus, and complete again after an interruption.

import { listen } from "./dom.js";

/** @import { Api } from "./api.js" */
/** @import { Bus } from "./bus.js" */
/** @import { Feed } from "./feed.js" */
/** @import { SymbolDecimals } from "./symbolDecimals.js" */

export const INTERVALS = /** @type {const} */ (["1m", "5m", "15m", "1h", "4h", "1d", "1w"]);

const PAGE_LENGTH = 500;
const MAX_PAGE_LENGTH = 1_000;
const MAX_CANDLES = 10_000;
const MIN_FRAME_INTERVAL_MS = 250;
const RETRY_INTERVAL_MS = 2_000;

const MINUTE_MS = 60_000;
/** @type {Record<Interval, number>} */
const LENGTH_MS = {
  "1m": MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "1h": 60 * MINUTE_MS,
  "4h": 240 * MINUTE_MS,
  "1d": 1_440 * MINUTE_MS,
  "1w": 10_080 * MINUTE_MS,
};

/**
 * @typedef {typeof INTERVALS[number]} Interval
 *
 * @typedef {object} CandleSources
 * @property {Api} api
 * @property {Bus} bus
 * @property {Feed} feed
 * @property {SymbolDecimals} decimals
 */

/**
 * Event `reset`: candles were loaded, or could not be.
 * Event `update`: candles changed or were added; `detail` is a list of their indices.
 */
export class CandleSeries extends EventTarget {
  #sources;
  /** @type {(() => void)[]} */
  #stops = [];
  /** Counts complete loads: pages that an earlier one requested are ignored. */
  #generation = 0;
  #loadingOlder = false;
  #oldestLoaded = false;
  symbol;
  interval;
  /** @type {Candle[]} oldest first, one for each open time */
  candles = [];
  loaded = false;
  /** @type {unknown} why the last load failed, or null */
  problem = null;

  /**
   * @param {CandleSources} sources
   * @param {string} symbol
   * @param {Interval} interval
   */
  constructor(sources, symbol, interval) {
    super();
    this.#sources = sources;
    this.symbol = symbol;
    this.interval = interval;
  }

  open() {
    const { bus, feed } = this.#sources;
    // At once: the server confirms the subscription after it has read the candles. Its first frame has the newest ones.
    /** @type {Promise<void> | null} */
    let firstLoad = this.reload();
    firstLoad.catch(() => {});
    const loadSnapshot = () => {
      const load = firstLoad ?? this.reload();
      firstLoad = null;
      return load;
    };
    this.#stops = [
      listen(feed, "gap", (/** @type {FeedGap} */ gap) => gap.symbols.includes(this.symbol) && this.#tryReload()),
      bus.subscribe(
        `candles.${this.symbol}.${this.interval}`,
        {
          loadSnapshot,
          onEvent: ({ data }) => this.#onCandles(data),
        },
        { everyMs: MIN_FRAME_INTERVAL_MS, optional: true },
      ),
    ];
  }

  close() {
    this.#generation++;
    this.#stops.forEach((stop) => stop());
    this.#stops = [];
  }

  /** Milliseconds from one open time to the next. */
  get length() {
    return LENGTH_MS[this.interval];
  }

  /** Loads the newest candles, or those from the oldest one in memory on: the exchange may have corrected them. */
  async reload() {
    const generation = ++this.#generation;
    try {
      const candles = await this.#load();
      if (generation !== this.#generation) return;
      this.candles = merged(candles, this.candles);
      this.loaded = true;
      this.problem = null;
      this.#observeDecimals(this.candles);
      this.#reset();
    } catch (problem) {
      if (generation === this.#generation) {
        this.problem = problem;
        this.#reset();
      }
      throw problem;
    }
  }

  /** Loads the page before the oldest candle, unless there is none. */
  async loadOlder() {
    const [first] = this.candles;
    if (!first || this.#loadingOlder || this.#oldestLoaded || this.candles.length >= MAX_CANDLES) return;
    const generation = this.#generation;
    this.#loadingOlder = true;
    try {
      const { candles } = await this.#page({ to: first.open_time, limit: PAGE_LENGTH });
      if (generation !== this.#generation) return;
      this.#oldestLoaded = candles.length === 0;
      this.candles = [...candles, ...this.candles];
      this.#observeDecimals(candles);
      this.#loadingOlder = false;
      if (candles.length) this.#reset();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL_MS));
    } finally {
      this.#loadingOlder = false;
    }
  }

  async #load() {
    const [first] = this.candles;
    /** @type {Candle[]} */
    const candles = [];
    /** @type {string | null} */
    let from = first?.open_time ?? null;
    while (from !== null && candles.length < MAX_CANDLES) {
      const page = await this.#page({ from, limit: MAX_PAGE_LENGTH });
      candles.push(...page.candles);
      from = page.next;
    }
    if (first && from === null) return candles;
    this.#oldestLoaded = false;
    return (await this.#page({ limit: PAGE_LENGTH })).candles;
  }

  /**
   * @param {Record<string, string | number>} range
   * @returns {Promise<{ candles: Candle[], next: string | null }>}
   */
  async #page(range) {
    const query = new URLSearchParams({ interval: this.interval });
    for (const [name, value] of Object.entries(range)) query.set(name, String(value));
    const { body } = await this.#sources.api.get(`/prices/${encodeURIComponent(this.symbol)}/candles?${query}`);
    return { candles: body.candles.map(withTime), next: body.next ?? null };
  }

  /** @param {CandleBody[]} bodies */
  #onCandles(bodies) {
    if (!this.loaded) return;
    const newest = this.candles.at(-1)?.at;
    const received = bodies.map(withTime);
    const changed = received.map((candle) => this.#put(candle)).filter((index) => index >= 0);
    if (!changed.length) return;
    this.#observeDecimals(received);
    // Candles between the newest one and the received one are missing.
    if (newest !== undefined && changed.some((index) => this.#followsHole(index, newest))) this.#tryReload();
    if (this.candles.length > MAX_CANDLES + PAGE_LENGTH) {
      this.candles = this.candles.slice(-MAX_CANDLES);
      this.#oldestLoaded = false;
      this.#reset();
    } else {
      this.dispatchEvent(new CustomEvent("update", { detail: changed }));
    }
  }

  /**
   * Adds a candle or replaces the one with the same open time.
   *
   * @param {Candle} candle
   * @returns {number} its index, or -1 if it changes nothing
   */
  #put(candle) {
    const { candles } = this;
    const before = candles.findLastIndex(({ at }) => at <= candle.at);
    if (candles[before]?.at === candle.at) {
      if (compareAge(candle, candles[before]) < 0) return -1;
      candles[before] = candle;
      return before;
    }
    // The page that contains it is not loaded yet.
    if (before < 0 && candles.length) return -1;
    candles.splice(before + 1, 0, candle);
    return before + 1;
  }

  /**
   * @param {number} index
   * @param {number} newest open time
   */
  #followsHole(index, newest) {
    const { at } = this.candles[index];
    return at > newest && at - this.candles[index - 1].at > this.length;
  }

  #tryReload() {
    const retry = () => this.#stops.length && this.problem && this.#tryReload();
    this.reload().catch(() => setTimeout(retry, RETRY_INTERVAL_MS));
  }

  /** @param {Candle[]} candles */
  #observeDecimals(candles) {
    this.#sources.decimals.observe(this.symbol, {
      prices: candles.flatMap(({ open, high, low, close }) => [open, high, low, close]),
      quantities: candles.map(({ volume }) => volume),
    });
  }

  #reset() {
    this.dispatchEvent(new Event("reset"));
  }
}

/** @param {CandleBody} body */
function withTime(body) {
  return { ...body, at: Date.parse(body.open_time) };
}

/** The states of a candle whose figures the exchange has confirmed. */
const CLOSED = ["final", "amended", "absent"];

/**
 * Whether a candle is newer (positive) or older (negative) than one with the same open time.
 *
 * @param {Candle} a
 * @param {Candle} b
 */
function compareAge(a, b) {
  const [aClosed, bClosed] = [a, b].map(({ state }) => CLOSED.includes(state));
  return Number(aClosed) - Number(bClosed) || (aClosed ? 0 : a.trades - b.trades);
}

/**
 * The loaded candles, with those that the bus delivered in between.
 *
 * @param {Candle[]} loaded
 * @param {Candle[]} known
 */
function merged(loaded, known) {
  const candles = new Map(loaded.map((candle) => [candle.at, candle]));
  for (const candle of known) {
    if (!(candle.at >= loaded[0]?.at)) continue;
    const other = candles.get(candle.at);
    if (!other || compareAge(candle, other) > 0) candles.set(candle.at, candle);
  }
  return [...candles.values()].sort((a, b) => a.at - b.at);
}
