// The stock event-bus bridge client, kept connected: signs in, resumes each topic where it was, waits longer and longer
// between attempts, and says what it is doing. Needs nothing else of this folder; docs/bus.md shows how to use it alone.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/** The server sends a heartbeat every ten seconds. */
const SILENCE_MS = 25_000;

/** A connection that lasted so long was a good one: the next attempt begins with the short wait again. */
const GOOD_AFTER_MS = 5_000;

const CHECK_MS = 5_000;

/**
 * `token(refused)` promises an access token; `refused` is the one the server did not accept any more, else null. When it
 * rejects with `status` 401 nobody is signed in and the bus closes; any other failure is tried again.
 *
 * Event `state`, with `detail` { name, attempt, retryAt, reason }:
 *   closed      not wanted
 *   connecting  under way
 *   live        every topic is heard
 *   waiting     until `retryAt` (milliseconds since 1970), because of `reason`
 * Event `caughtUp`, after a time away, with `detail` { replayed, anew }: how many events were made up for, and whether some
 * state had to be read anew because that was not possible.
 */
export class Bus extends EventTarget {
  #url;
  #token;
  #topics = new Map();
  #client = null;
  #state = { name: "closed", attempt: 0, retryAt: null, reason: null };
  #attempt = 0;
  #used = null;
  #refused = null;
  #reason = null;
  #retryAfter = null;
  #away = null;
  #liveSince = 0;
  #heardAt = 0;
  #timer = null;
  #check = null;

  constructor({ url = "/eventbus", token }) {
    super();
    this.#url = url;
    this.#token = token;
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.#lost("offline"));
    addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retry());
  }

  get state() {
    return this.#state;
  }

  open() {
    if (this.#state.name !== "closed") return;
    this.#check = setInterval(() => this.#look(), CHECK_MS);
    this.#connect();
  }

  /** Forgets the connection and every topic. */
  close() {
    clearInterval(this.#check);
    this.#drop();
    this.#topics.clear();
    this.#attempt = 0;
    this.#away = this.#refused = this.#reason = this.#retryAfter = null;
    this.#become("closed");
  }

  /** Does not wait any longer. */
  retry() {
    if (this.#state.name === "waiting") this.#connect();
  }

  /** Signs in again with another token, for example after roles were given; resumes every topic. */
  reconnect() {
    if (this.#state.name === "closed") return;
    this.#drop();
    this.#connect();
  }

  /**
   * Hears a topic until it is told to stop; one listener a topic.
   *
   * @param listener `event(body, replayed)` gets each event once and in order, `replayed` when it happened while we were
   *     away; `snapshot()`, if given, reads the state anew whenever
   *     events may have been missed, at first too: events wait until its promise is kept; `refused({ code, message })` says
   *     that the server does not let us hear it
   * @param since `{ epoch, seq }` of the last event that is known, if any
   * @param everyMs the least time between two frames of a price topic
   */
  listen(topic, listener, { since = null, everyMs } = {}) {
    const subscription = { topic, listener, since, everyMs, answered: false, past: 0, queue: null, attempt: 0 };
    this.#topics.set(topic, subscription);
    if (this.#isOpen()) this.#register(subscription);
    return () => {
      if (this.#topics.get(topic) !== subscription) return;
      this.#topics.delete(topic);
      this.#unregister(subscription);
    };
  }

  // ---- connecting

  async #connect() {
    clearTimeout(this.#timer);
    this.#become("connecting");
    const attempt = (this.#client = {});
    try {
      this.#used = await this.#token(this.#refused);
      this.#refused = null;
    } catch (failure) {
      if (this.#client !== attempt) return;
      if (failure.status === 401) this.close();
      else this.#lost("unreachable");
      return;
    }
    // Closed, or begun anew, while we waited for the token.
    if (this.#client !== attempt) return;
    const client = (this.#client = new globalThis.EventBus(this.#url, {
      transports: ["websocket", "xhr-streaming", "xhr-polling"],
    }));
    const ours = (work) => (...given) => this.#client === client && work(...given);
    this.#heard();
    client.sockJSConn.onheartbeat = ours(() => this.#heard());
    client.onopen = ours(() => {
      this.#topics.forEach((subscription) => this.#register(subscription));
      this.#lookWhetherLive();
    });
    client.onerror = ours((refusal) => {
      // About the whole connection: the last one before the end names the reason.
      this.#reason = refusal.failureType;
      this.#retryAfter = refusal.retry_after_ms ?? null;
      if (refusal.failureCode === 401 || refusal.failureCode === 403) this.#refused = this.#used;
    });
    client.onclose = ours(() => this.#lost(this.#reason ?? "unreachable"));
    // Events of a topic that was left a moment ago.
    const onunhandled = client.onunhandled;
    client.onunhandled = (frame) => frame.type === "err" && onunhandled(frame);
  }

  #lost(reason) {
    const { name } = this.#state;
    if (name === "closed" || name === "waiting") return;
    if (name === "live") {
      this.#away = { replayed: 0, anew: false };
      if (performance.now() - this.#liveSince > GOOD_AFTER_MS) this.#attempt = 0;
    }
    // A token that ended is replaced at once, but only once.
    const wait = this.#retryAfter ?? (this.#refused && this.#attempt === 0 ? 0 : backOff(this.#attempt));
    this.#drop();
    this.#attempt++;
    this.#reason = this.#retryAfter = null;
    this.#become("waiting", { retryAt: Date.now() + wait, reason });
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #drop() {
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    this.#topics.forEach((subscription) => this.#forget(subscription));
    if (client?.sockJSConn) client.close();
  }

  // ---- topics

  #register(subscription) {
    const { topic, since, everyMs } = subscription;
    const headers = { Authorization: `Bearer ${this.#used}` };
    if (since) headers.since = `${since.epoch}:${since.seq}`;
    if (everyMs) headers.every_ms = String(everyMs);
    const handler = (refusal, frame) => {
      // What still comes from a connection or a topic that was left.
      if (subscription.handler !== handler) return;
      this.#heard();
      if (refusal) this.#refuse(subscription, refusal);
      else if (frame.body.event === "subscribed") this.#subscribed(subscription, frame.body);
      else this.#hear(subscription, frame.body);
    };
    subscription.handler = handler;
    this.#client.registerHandler(topic, headers, handler);
  }

  #unregister(subscription) {
    const { handler } = subscription;
    this.#forget(subscription);
    if (handler && this.#isOpen()) this.#client.unregisterHandler(subscription.topic, handler);
  }

  #forget(subscription) {
    clearTimeout(subscription.timer);
    Object.assign(subscription, { handler: null, answered: false, queue: null });
  }

  #subscribed(subscription, { epoch, seq, recovered, replayed }) {
    subscription.answered = true;
    subscription.attempt = 0;
    subscription.past = replayed;
    if (epoch) subscription.since = { epoch, seq };
    if (this.#away) this.#away.replayed += replayed;
    if (!recovered && subscription.listener.snapshot) {
      if (this.#away) this.#away.anew = true;
      this.#readAnew(subscription);
    }
    this.#lookWhetherLive();
  }

  #hear(subscription, event) {
    if (event.seq !== undefined) {
      const { since } = subscription;
      if (since?.epoch === event.epoch && event.seq <= since.seq) return;
      subscription.since = { epoch: event.epoch, seq: event.seq };
    }
    const replayed = subscription.past > 0;
    if (replayed) subscription.past--;
    if (subscription.queue) subscription.queue.push(event);
    else subscription.listener.event?.(event, replayed);
  }

  /** Events wait until the state is there that they change. */
  async #readAnew(subscription) {
    const queue = (subscription.queue = []);
    try {
      await subscription.listener.snapshot();
      if (subscription.queue !== queue) return;
      subscription.queue = null;
      queue.forEach((event) => subscription.listener.event?.(event, false));
    } catch {
      if (subscription.queue !== queue) return;
      subscription.timer = setTimeout(() => this.#readAnew(subscription), backOff(subscription.attempt++));
    }
  }

  #refuse(subscription, { failureCode, failureType, message }) {
    if (failureCode === 401) {
      this.#refused = this.#used;
      this.#lost(failureType);
    } else if (failureCode >= 500 || failureCode === 429) {
      this.#unregister(subscription);
      subscription.timer = setTimeout(
        () => this.#isOpen() && this.#register(subscription),
        backOff(subscription.attempt++),
      );
    } else {
      this.#topics.delete(subscription.topic);
      this.#unregister(subscription);
      subscription.listener.refused?.({ code: failureType, message });
      this.#lookWhetherLive();
    }
  }

  // ---- how it is going

  #lookWhetherLive() {
    if (this.#state.name !== "connecting" || [...this.#topics.values()].some((one) => !one.answered)) return;
    this.#liveSince = performance.now();
    this.#become("live");
    if (this.#away) {
      const detail = this.#away;
      this.#away = null;
      this.dispatchEvent(new CustomEvent("caughtUp", { detail }));
    }
  }

  #look() {
    if (!this.#isOpen()) return;
    if (performance.now() - this.#heardAt > SILENCE_MS) this.#lost("silent");
    else this.#extend();
  }

  /** Shows the server a newer token before the one it knows ends. */
  async #extend() {
    const client = this.#client;
    const token = await this.#token(null).catch(() => null);
    const [subscription] = this.#topics.values();
    if (token === null || token === this.#used || client !== this.#client || !subscription) return;
    this.#used = token;
    this.#unregister(subscription);
    this.#register(subscription);
  }

  #heard() {
    this.#heardAt = performance.now();
  }

  #isOpen() {
    return this.#client?.state === globalThis.EventBus.OPEN;
  }

  #become(name, { retryAt = null, reason = null } = {}) {
    this.#state = { name, attempt: this.#attempt, retryAt, reason };
    this.dispatchEvent(new CustomEvent("state", { detail: this.#state }));
  }
}

/** Doubles with each attempt; by chance between half and all of it, so that not everybody comes back at once. */
function backOff(attempt) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return longest * (0.5 + Math.random() / 2);
}
