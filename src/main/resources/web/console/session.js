// Who is signed in. The refresh token lies in localStorage, for all tabs of this browser; it is read and replaced only
// under a Web Lock, so that tabs take turns. What one stored may reach another a few milliseconds after its turn came: then
// a token is used twice, which the server's ten seconds of grace are for. The access token stays in the memory of this tab.

import { Problem, send } from "./api.js";

const STORED = "verticker.refresh";
const LOCK = "verticker.refresh";

/** A token that ends so soon is not used any more. */
const SOON_MS = 30_000;

/**
 * Events: `started` (somebody signed in, here or in another tab), `ended` (signed out, here or in another tab),
 * `expired` (the server ended it: ask to sign in again).
 */
export class Session extends EventTarget {
  #access = null;
  #refreshing = null;

  constructor() {
    super();
    addEventListener("storage", (event) => {
      if (event.key !== STORED) return;
      if (event.newValue === null) this.#end("ended");
      else if (event.oldValue === null) this.#start();
    });
  }

  /** Whether there is a session to go on with; the server may think otherwise. */
  get exists() {
    return localStorage.getItem(STORED) !== null;
  }

  /** Fails with the server's Problem: 401 `invalid-credentials`, 429 with `retryAfter`. */
  async signIn(username, password) {
    const { body } = await send("POST", "/auth/login", { form: { username, password } });
    await locked(() => this.#keep(body));
    this.#start();
  }

  /** Ends the session everywhere; this browser forgets it even when the server cannot be told. */
  async signOut() {
    const token = await locked(() => {
      const stored = localStorage.getItem(STORED);
      localStorage.removeItem(STORED);
      return stored;
    });
    this.#end("ended");
    if (token) await send("POST", "/auth/logout", { form: { refresh_token: token } }).catch(() => {});
  }

  /** An access token that is good for a while. Fails with 401 when the session is over, 0 when nobody can be asked. */
  async token() {
    if (this.#access && performance.now() < this.#access.until) return this.#access.token;
    return this.#refresh();
  }

  /** Another one than the token that was refused. */
  async tokenAfter(refused) {
    if (this.#access?.token === refused) this.#access = null;
    return this.token();
  }

  /** A token that knows about roles given or taken just now. */
  renew() {
    this.#access = null;
    return this.token();
  }

  /** However many ask, one refresh is under way. */
  #refresh() {
    this.#refreshing ??= locked(() => this.#replace()).finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #replace() {
    const stored = localStorage.getItem(STORED);
    if (stored === null) throw new Problem(401, { code: "signed-out" });
    try {
      const { body } = await send("POST", "/auth/refresh", { form: { refresh_token: stored } });
      // Signed out meanwhile: a token that came too late must not bring the session back.
      if (localStorage.getItem(STORED) === stored) this.#keep(body);
      return body.access_token;
    } catch (problem) {
      if (problem.status === 401) {
        localStorage.removeItem(STORED);
        this.#end("expired");
      }
      throw problem;
    }
  }

  #keep({ access_token: token, expires_in: seconds, refresh_token: refresh }) {
    localStorage.setItem(STORED, refresh);
    this.#access = { token, until: performance.now() + seconds * 1000 - SOON_MS };
  }

  #start() {
    this.dispatchEvent(new Event("started"));
  }

  #end(how) {
    this.#access = null;
    this.dispatchEvent(new Event(how));
  }
}

/** Web Locks exist on https and localhost only; elsewhere the server's ten seconds of grace for a used token must do. */
function locked(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : Promise.resolve().then(work);
}
