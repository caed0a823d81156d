// @ts-check
// The session of this browser. localStorage holds the refresh token for all tabs; a tab reads and replaces it only under a
// Web Lock, so that tabs refresh one after the other. The access token stays in the memory of each tab.
//
// What one tab stored may reach another a few milliseconds after that one got the lock. Then the same refresh token is used
// twice: the server accepts that for ten seconds.

import { Problem, request } from "./api.js";

const STORAGE_KEY = "verticker.refresh";
const LOCK = "verticker.refresh";

/** An access token that expires within this time is replaced first. */
const MIN_REMAINING_MS = 30_000;

/**
 * Events: `started` (sign-in in this tab or another one), `ended` (sign-out in this tab or another one), `expired` (the
 * server ended the session).
 */
export class Session extends EventTarget {
  /** @type {{ token: string, validUntil: number } | null} */
  #access = null;
  /** @type {Promise<string> | null} */
  #refreshing = null;

  constructor() {
    super();
    addEventListener("storage", (event) => {
      if (event.key !== STORAGE_KEY) return;
      if (event.newValue === null) this.#end("ended");
      else if (event.oldValue === null) this.#start();
    });
  }

  /** Whether this browser stores a refresh token; the server may reject it. */
  get exists() {
    return localStorage.getItem(STORAGE_KEY) !== null;
  }

  /**
   * Rejects with a {@link Problem}: 401 `invalid-credentials`, 429 with `retryAfter`.
   *
   * @param {string} username
   * @param {string} password
   */
  async signIn(username, password) {
    const { body } = await request("POST", "/auth/login", { form: { username, password } });
    await withLock(() => this.#store(body));
    this.#start();
  }

  /** Ends the session in all tabs, also if the server cannot be reached. */
  async signOut() {
    const token = await withLock(() => {
      const stored = localStorage.getItem(STORAGE_KEY);
      localStorage.removeItem(STORAGE_KEY);
      return stored;
    });
    this.#end("ended");
    if (token) await request("POST", "/auth/logout", { form: { refresh_token: token } }).catch(() => {});
  }

  /** A valid access token. Rejects with status 401 if the session has ended, 0 if the server cannot be reached. */
  async token() {
    if (this.#access && performance.now() < this.#access.validUntil) return this.#access.token;
    return this.#refresh();
  }

  /**
   * A newer access token than the one that the server rejected.
   *
   * @param {string} rejected
   */
  async replaceToken(rejected) {
    if (this.#access?.token === rejected) this.#access = null;
    return this.token();
  }

  /** A new access token, which carries the roles that the user has now. */
  renewToken() {
    this.#access = null;
    return this.token();
  }

  /** Concurrent callers share one refresh. */
  #refresh() {
    this.#refreshing ??= withLock(() => this.#refreshLocked()).finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refreshLocked() {
    const stored = localStorage.getItem(STORAGE_KEY);
    if (stored === null) throw new Problem(401, { code: "signed-out" });
    try {
      const { body } = await request("POST", "/auth/refresh", { form: { refresh_token: stored } });
      // After a sign-out during the request, the new token must not bring the session back.
      if (localStorage.getItem(STORAGE_KEY) === stored) this.#store(body);
      return body.access_token;
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 401) {
        localStorage.removeItem(STORAGE_KEY);
        this.#end("expired");
      }
      throw problem;
    }
  }

  /** @param {Tokens} tokens */
  #store({ access_token: token, expires_in: seconds, refresh_token: refresh }) {
    localStorage.setItem(STORAGE_KEY, refresh);
    this.#access = { token, validUntil: performance.now() + seconds * 1000 - MIN_REMAINING_MS };
  }

  #start() {
    this.dispatchEvent(new Event("started"));
  }

  /** @param {"ended" | "expired"} type */
  #end(type) {
    this.#access = null;
    this.dispatchEvent(new Event(type));
  }
}

/**
 * Web Locks need https or localhost. Without them tabs rely on the ten seconds in which the server accepts a used token.
 *
 * @template T
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
function withLock(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : Promise.resolve().then(work);
}
