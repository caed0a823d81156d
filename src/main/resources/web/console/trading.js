// @ts-check
// The user's accounts at venues, and the orders, trades and balances of the selected one: loaded over HTTP, continued by the
// bus from exactly there.

import { Problem } from "./api.js";

/** @import { Api } from "./api.js" */
/** @import { Bus } from "./bus.js" */

const PAPER = "paper";
const MAX_OPEN = 500;
const PAGE_LENGTH = 100;
const MAX_CSV_PAGES = 20;
const CSV_PAGE_LENGTH = 500;

/** One order changes several balances. */
const PORTFOLIO_SETTLE_MS = 150;
const PORTFOLIO_RETRY_MS = 2_000;

const FINAL = new Set(["filled", "canceled", "rejected", "expired", "expired_in_match", "venue_reset"]);

/**
 * Whether the order can still trade or be canceled, as far as known; also an order whose outcome is unknown.
 *
 * @param {Pick<Order, "status">} order
 */
export function isOpen({ status }) {
  return !FINAL.has(status);
}

/**
 * @typedef {object} OrderChange detail of the event `order`
 * @property {Order} order as it is now
 * @property {string | null} before the status before, null for a new order
 * @property {boolean} replayed whether the event was missed while disconnected
 * @property {boolean} placed whether this page has just placed it
 */

/**
 * Event `change`: something to show has changed.
 * Event `order`: `detail` is an {@link OrderChange}.
 */
export class Trading extends EventTarget {
  #api;
  /** @type {Map<number, Order>} by id */
  #orders = new Map();
  /** @type {Map<number, OwnTrade>} by id */
  #trades = new Map();
  /** @type {{ orders: string | null, trades: string | null }} addresses of the next older pages */
  #older = { orders: null, trades: null };
  /** Counts accounts and users: responses of an earlier one are ignored. */
  #generation = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #portfolioTimer;
  /** @type {TradingAccount[]} */
  accounts = [];
  /** @type {TradingAccount | null} the selected one; null until the accounts are loaded */
  account = null;
  /** @type {Portfolio | null} */
  portfolio = null;
  #portfolioAt = 0;
  /** @type {unknown} why loading failed, or null */
  problem = null;

  /** @param {Api} api */
  constructor(api) {
    super();
    this.#api = api;
  }

  /**
   * @param {Bus} bus
   * @param {number} userId
   */
  open(bus, userId) {
    bus.subscribe(`orders.${userId}`, {
      loadSnapshot: () => this.reload(),
      onEvent: (event, replayed) => this.#onEvent(event, replayed),
    });
  }

  /** Forgets everything: the next user of this browser must not see it. */
  clear() {
    this.accounts = [];
    this.#select(null);
    this.problem = null;
  }

  /** Newest first. */
  get openOrders() {
    return newestFirst(this.#orders).filter(isOpen);
  }

  /** Newest first. */
  get closedOrders() {
    return newestFirst(this.#orders).filter((order) => !isOpen(order));
  }

  /** Newest first. */
  get trades() {
    return newestFirst(this.#trades);
  }

  /**
   * Whether the server has sent the order with this key.
   *
   * @param {string} key
   */
  hasOrder(key) {
    return [...this.#orders.values()].some((order) => order.client_order_id === key);
  }

  /** Milliseconds since the portfolio was received. */
  get portfolioAge() {
    return performance.now() - this.#portfolioAt;
  }

  /**
   * Whether the server has older ones than those in memory.
   *
   * @param {"orders" | "trades"} kind
   */
  hasOlder(kind) {
    return this.#older[kind] !== null;
  }

  /**
   * What a new order can use of an asset; null if it is not known.
   *
   * @param {string} asset
   */
  available(asset) {
    if (!this.portfolio) return null;
    return this.portfolio.positions.find((position) => position.asset === asset)?.available ?? "0";
  }

  // ---- loading

  /** @param {number} id */
  selectAccount(id) {
    const account = this.accounts.find((one) => one.id === id);
    if (!account || account.id === this.account?.id) return;
    this.#select(account);
    this.reload().catch(() => {});
  }

  /** Loads the accounts and everything of the selected one. */
  async reload() {
    const generation = this.#generation;
    try {
      const accounts = await this.#loadAccounts();
      if (generation !== this.#generation) return;
      this.accounts = accounts;
      const account = accounts.find(({ id }) => id === this.account?.id) ?? defaultAccount(accounts);
      if (account?.id === this.account?.id) this.account = account;
      else this.#select(account);
      if (account) await this.#load(account, this.#generation);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status === 401) throw problem;
      this.problem = problem;
      this.#changed();
      throw problem;
    }
  }

  /** Loads whether trading is halted. */
  async reloadAccounts() {
    const generation = this.#generation;
    const accounts = await this.#loadAccounts();
    if (generation !== this.#generation) return;
    this.accounts = accounts;
    this.account = accounts.find(({ id }) => id === this.account?.id) ?? this.account;
    this.#changed();
  }

  /** @param {"orders" | "trades"} kind */
  async loadOlder(kind) {
    const generation = this.#generation;
    const path = this.#older[kind];
    if (path === null) return;
    const { body, next } = await this.#api.get(path);
    if (generation !== this.#generation) return;
    this.#older[kind] = next;
    if (kind === "orders") body.forEach((/** @type {Order} */ order) => this.#keepNewer(order));
    else body.forEach((/** @type {OwnTrade} */ trade) => this.#trades.set(trade.id, trade));
    this.#changed();
  }

  /** All trades of the account as CSV, at most 10,000. */
  async loadTradesAsCsv() {
    /** @type {string | null} */
    let path = `/trades?format=csv&limit=${CSV_PAGE_LENGTH}&account_id=${this.account?.id}`;
    let csv = "";
    for (let page = 0; path !== null && page < MAX_CSV_PAGES; page++) {
      /** @type {{ text: string, next: string | null }} */
      const { text, next } = await this.#api.get(path);
      csv += csv ? text.slice(text.indexOf("\n") + 1) : text;
      path = next;
    }
    return csv;
  }

  /** @returns {Promise<TradingAccount[]>} */
  async #loadAccounts() {
    return (await this.#api.get("/trading/accounts")).body.accounts;
  }

  /**
   * @param {TradingAccount} account
   * @param {number} generation
   */
  async #load({ id }, generation) {
    const [open, orders, trades] = await Promise.all([
      this.#api.get(`/orders?open=true&limit=${MAX_OPEN}&account_id=${id}`),
      this.#api.get(`/orders?limit=${PAGE_LENGTH}&account_id=${id}`),
      this.#api.get(`/trades?limit=${PAGE_LENGTH}&account_id=${id}`),
    ]);
    if (generation !== this.#generation) return;
    const missed = this.#unloaded(orders.body, open.body);
    [...open.body, ...orders.body].forEach((order) => this.#keepNewer(order));
    trades.body.forEach((/** @type {OwnTrade} */ trade) => this.#trades.set(trade.id, trade));
    this.#older.orders ??= orders.next;
    this.#older.trades ??= trades.next;
    this.problem = null;
    this.#changed();
    await this.reloadPortfolio();
    for (const order of missed) this.#apply((await this.#api.get(`/orders/${order.id}`)).body);
  }

  /**
   * Orders that are open in memory, and that neither list of the server contains: their events were lost.
   *
   * @param {Order[][]} lists
   */
  #unloaded(...lists) {
    const loaded = new Set(lists.flat().map(({ id }) => id));
    return this.openOrders.filter(({ id }) => !loaded.has(id));
  }

  /** The values of the balances are known only to the server. */
  #reloadPortfolioSoon(delay = PORTFOLIO_SETTLE_MS) {
    clearTimeout(this.#portfolioTimer);
    this.#portfolioTimer = setTimeout(() => this.reloadPortfolio(), delay);
  }

  async reloadPortfolio() {
    const { account } = this;
    const generation = this.#generation;
    if (!account) return;
    clearTimeout(this.#portfolioTimer);
    try {
      const { body } = await this.#api.get(`/portfolio?account_id=${account.id}`);
      if (generation !== this.#generation) return;
      this.portfolio = body;
      this.#portfolioAt = performance.now();
      this.#changed();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (generation === this.#generation && problem.status !== 401) this.#reloadPortfolioSoon(PORTFOLIO_RETRY_MS);
    }
  }

  // ---- commands

  /**
   * Places an order. A repeated request with the same key and order places nothing further.
   *
   * @param {NewOrder} order
   * @param {string} key
   */
  async place(order, key) {
    const { body } = await this.#api.post("/orders", order, { headers: { "Idempotency-Key": key } });
    this.#apply(body, { placed: true });
    return /** @type {Order} */ (body);
  }

  /**
   * Requests the cancellation; the order stays open until its venue confirms it.
   *
   * @param {Order} order
   */
  async cancel({ id }) {
    try {
      const { body } = await this.#api.delete(`/orders/${id}`);
      this.#apply(body);
      return /** @type {Order} */ (body);
    } catch (problem) {
      // It was closed in between.
      if (problem instanceof Problem && problem.status === 409)
        this.#apply((await this.#api.get(`/orders/${id}`)).body);
      throw problem;
    }
  }

  /** Requests the cancellation of all open orders of the account. */
  async cancelAll() {
    const { body } = await this.#api.delete(`/orders?account_id=${this.account?.id}`);
    body.forEach((/** @type {Order} */ order) => this.#apply(order));
    return /** @type {Order[]} */ (body);
  }

  /** Sets the balances of the paper account to the initial ones. */
  async reset() {
    await this.#api.post(`/trading/accounts/${this.account?.id}/reset`);
    await this.reload();
  }

  /**
   * Halts or resumes the accounts of the user.
   *
   * @param {boolean} halted
   * @returns {Promise<{ halted: boolean, in_flight: number }>}
   */
  async setHalted(halted) {
    const { body } = await this.#api.post(halted ? "/trading/halt" : "/trading/resume");
    await this.reloadAccounts();
    return body;
  }

  // ---- events

  /**
   * @param {TradingEvent} event
   * @param {boolean} replayed
   */
  #onEvent(event, replayed) {
    const { account } = this;
    if (!account) return;
    if (event.event === "order_updated" && event.order.account_id === account.id) {
      this.#apply(event.order, { replayed });
    } else if (event.event === "trade" && event.trade.account_id === account.id) {
      this.#trades.set(event.trade.id, event.trade);
      this.#reloadPortfolioSoon();
      this.#changed();
    } else if (event.event === "balance_updated" && event.balance.account_id === account.id) {
      this.#setBalance(event.balance);
      this.#reloadPortfolioSoon();
      this.#changed();
    }
  }

  /**
   * @param {Order} order
   * @param {{ replayed?: boolean, placed?: boolean }} [how]
   */
  #apply(order, { replayed = false, placed = false } = {}) {
    if (order.account_id !== this.account?.id) return;
    const before = this.#orders.get(order.id)?.status ?? null;
    if (!this.#keepNewer(order) && !placed) return;
    const detail = { order: this.#orders.get(order.id), before, replayed, placed };
    this.dispatchEvent(new CustomEvent("order", { detail }));
    this.#changed();
  }

  /**
   * Responses and events arrive in any order.
   *
   * @param {Order} order
   */
  #keepNewer(order) {
    const known = this.#orders.get(order.id);
    if (known && known.revision >= order.revision) return false;
    this.#orders.set(order.id, order);
    return true;
  }

  /** @param {AssetBalance} balance */
  #setBalance({ asset, available, locked }) {
    if (!this.portfolio) return;
    const positions = this.portfolio.positions.map((position) =>
      position.asset === asset ? { ...position, available, locked } : position,
    );
    this.portfolio = { ...this.portfolio, positions };
  }

  /** @param {TradingAccount | null} account */
  #select(account) {
    this.#generation++;
    clearTimeout(this.#portfolioTimer);
    this.account = account;
    this.portfolio = null;
    this.#orders.clear();
    this.#trades.clear();
    this.#older = { orders: null, trades: null };
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {TradingAccount[]} accounts */
function defaultAccount(accounts) {
  return accounts.find(({ venue }) => venue === PAPER) ?? accounts[0] ?? null;
}

/**
 * @template {{ id: number }} T
 * @param {Map<number, T>} entries
 */
function newestFirst(entries) {
  return [...entries.values()].sort((a, b) => b.id - a.id);
}
