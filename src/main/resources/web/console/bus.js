// @ts-check
// Keeps the unmodified event-bus bridge client connected: sends the access token, resumes each topic at its last event,
// backs off between attempts and reports the state of the connection. It imports nothing; docs/bus.md shows how to use it.

const MIN_RETRY_DELAY_MS = 500;
const MAX_RETRY_DELAY_MS = 20_000;

/** The server sends a heartbeat every ten seconds. */
const MAX_SILENCE_MS = 25_000;

/** After a connection that lasted this long, the next attempt starts with the shortest delay again. */
const STABLE_AFTER_MS = 5_000;

const CHECK_INTERVAL_MS = 5_000;

/**
 * @typedef {object} BusState
 * @property {"closed" | "connecting" | "live" | "waiting"} name `live`: the server confirmed every topic that is not
 *   optional; `waiting`: the next attempt starts at `retryAt`
 * @property {number} attempt failed attempts in a row
 * @property {number | null} retryAt milliseconds since 1970, only while waiting
 * @property {string | null} reason why the connection ended, only while waiting
 *
 * @typedef {object} Resume what happened to the topics after a lost connection
 * @property {number} replayed how many missed events the server sent
 * @property {boolean} reloaded whether a snapshot was loaded because the missed events are no longer available
 *
 * @typedef {object} TopicHandler
 * @property {(event: any, replayed: boolean) => void} [onEvent] receives each event once and in order; `replayed` is true
 *   for an event that was missed while disconnected
 * @property {() => Promise<void>} [loadSnapshot] loads the state that the events change: at first, and whenever events may
 *   have been lost; events wait until its promise is fulfilled, and a rejected one is tried again
 * @property {(refusal: { code: string, message: string }) => void} [onRefused] the server denies access to the topic
 *
 * @typedef {object} Subscription
 * @property {string} topic
 * @property {TopicHandler} handler
 * @property {{ epoch: string, seq: number } | null} since position of the last event received
 * @property {number} [everyMs]
 * @property {boolean} optional
 * @property {boolean} confirmed whether the server answered the registration
 * @property {number} replaysLeft how many of the next events are replayed ones
 * @property {any[] | null} queue events that wait for the snapshot
 * @property {number} attempt
 * @property {ReturnType<typeof setTimeout>} [timer]
 * @property {((refusal: any, frame: any) => void) | null} [registration] the handler known to the bridge client
 */

/**
 * Event `state`: `detail` is the new {@link BusState}.
 * Event `resumed`: every topic is live again after a lost connection; `detail` is a {@link Resume}.
 */
export class Bus extends EventTarget {
  #url;
  #getToken;
  /** @type {Map<string, Subscription>} */
  #subscriptions = new Map();
  /** @type {BridgeClient | null} */
  #client = null;
  /** Counts connections: what an earlier one still reports is ignored. */
  #generation = 0;
  /** @type {BusState} */
  #state = { name: "closed", attempt: 0, retryAt: null, reason: null };
  #attempt = 0;
  /** @type {string | null} */
  #currentToken = null;
  /** @type {string | null} */
  #rejectedToken = null;
  /** @type {string | null} */
  #closeReason = null;
  /** @type {number | null} */
  #retryAfterMs = null;
  /** @type {Resume | null} */
  #resume = null;
  #liveSince = 0;
  #lastFrameAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #heartbeatTimer;
  /** @type {AbortController | null} */
  #windowListeners = null;

  /**
   * @param {object} options
   * @param {string} [options.url]
   * @param {(rejected: string | null) => Promise<string>} options.token promises an access token; `rejected` is the token
   *   that the server refused, else null. A failure with `status` 401 closes the bus; any other one is tried again.
   */
  constructor({ url = "/eventbus", token }) {
    super();
    this.#url = url;
    this.#getToken = token;
  }

  get state() {
    return this.#state;
  }

  open() {
    if (this.#state.name !== "closed") return;
    const { signal } = (this.#windowListeners = new AbortController());
    addEventListener("online", () => this.#online(), { signal });
    addEventListener("offline", () => this.#disconnected("offline"), { signal });
    addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retryNow(), { signal });
    this.#heartbeatTimer = setInterval(() => this.#checkHeartbeat(), CHECK_INTERVAL_MS);
    this.#connect();
  }

  /** Ends the connection, forgets every topic and leaves no listener or timer behind. */
  close() {
    this.#windowListeners?.abort();
    clearInterval(this.#heartbeatTimer);
    this.#disconnect();
    this.#subscriptions.clear();
    this.#attempt = 0;
    this.#resume = this.#rejectedToken = this.#closeReason = this.#retryAfterMs = null;
    this.#setState("closed");
  }

  /** Ends the wait for the next attempt. */
  retryNow() {
    if (this.#state.name === "waiting") this.#connect();
  }

  /** Connects with a new token, for example after a change of roles, and resumes every topic. */
  reconnect() {
    if (this.#state.name === "closed") return;
    this.#disconnect();
    this.#connect();
  }

  /**
   * Subscribes to a topic; one handler per topic. The returned function unsubscribes.
   *
   * @param {string} topic
   * @param {TopicHandler} handler
   * @param {object} [options]
   * @param {string | { epoch: string, seq: number } | null} [options.since] cursor of the last event that the caller has, or
   *   its epoch and sequence
   * @param {number} [options.everyMs] min time between two frames of a market topic
   * @param {boolean} [options.optional] the bus is live before the server has confirmed the topic
   */
  subscribe(topic, handler, { since = null, everyMs, optional = false } = {}) {
    /** @type {Subscription} */
    const subscription = {
      topic,
      handler,
      since: typeof since === "string" ? parseCursor(since) : since,
      everyMs,
      optional,
      confirmed: false,
      replaysLeft: 0,
      queue: null,
      attempt: 0,
    };
    this.#subscriptions.set(topic, subscription);
    if (this.#isOpen()) this.#register(subscription);
    return () => {
      if (this.#subscriptions.get(topic) !== subscription) return;
      this.#subscriptions.delete(topic);
      this.#unregister(subscription);
    };
  }

  // ---- connection

  /** An attempt that began without a network may hang, and its failure would lengthen the delay. */
  #online() {
    if (this.#state.name !== "waiting" && this.#state.name !== "connecting") return;
    this.#attempt = 0;
    this.reconnect();
  }

  async #connect() {
    clearTimeout(this.#retryTimer);
    this.#setState("connecting");
    const generation = ++this.#generation;
    /** @type {string} */
    let token;
    try {
      token = await this.#getToken(this.#rejectedToken);
    } catch (failure) {
      if (generation !== this.#generation) return;
      if (/** @type {{ status?: number }} */ (failure).status === 401) this.close();
      else this.#disconnected("unreachable");
      return;
    }
    // Another call closed or replaced this connection while the token was on its way.
    if (generation !== this.#generation) return;
    this.#currentToken = token;
    this.#rejectedToken = null;
    this.#open(generation);
  }

  /** @param {number} generation */
  #open(generation) {
    const client = (this.#client = new globalThis.EventBus(this.#url, {
      transports: ["websocket", "xhr-streaming", "xhr-polling"],
    }));
    /** @type {<T extends unknown[]>(work: (...values: T) => void) => (...values: T) => void} */
    const ifCurrent =
      (work) =>
      (...values) => {
        if (generation === this.#generation) work(...values);
      };
    this.#frameReceived();
    client.sockJSConn.onheartbeat = ifCurrent(() => this.#frameReceived());
    client.onopen = ifCurrent(() => {
      this.#subscriptions.forEach((subscription) => this.#register(subscription));
      this.#checkLive();
    });
    client.onerror = ifCurrent((refusal) => {
      // An error about the whole connection; the last one before the close carries its reason.
      this.#closeReason = refusal.failureType;
      this.#retryAfterMs = refusal.retry_after_ms ?? null;
      if (refusal.failureCode === 401 || refusal.failureCode === 403) this.#rejectedToken = this.#currentToken;
    });
    client.onclose = ifCurrent(() => this.#disconnected(this.#closeReason ?? "unreachable"));
    // Events that were on their way when their topic was unsubscribed are no errors.
    const onunhandled = client.onunhandled;
    client.onunhandled = (frame) => frame.type === "err" && onunhandled(frame);
  }

  /** @param {string} reason */
  #disconnected(reason) {
    const { name } = this.#state;
    if (name === "closed" || name === "waiting") return;
    if (name === "live") {
      this.#resume = { replayed: 0, reloaded: false };
      if (performance.now() - this.#liveSince > STABLE_AFTER_MS) this.#attempt = 0;
    }
    // A rejected token is replaced without a delay, but only once.
    const delay = this.#retryAfterMs ?? (this.#rejectedToken && this.#attempt === 0 ? 0 : retryDelay(this.#attempt));
    this.#disconnect();
    this.#attempt++;
    this.#closeReason = this.#retryAfterMs = null;
    this.#setState("waiting", Date.now() + delay, reason);
    this.#retryTimer = setTimeout(() => this.#connect(), delay);
  }

  #disconnect() {
    clearTimeout(this.#retryTimer);
    this.#generation++;
    const client = this.#client;
    this.#client = null;
    this.#subscriptions.forEach(reset);
    client?.close();
  }

  // ---- topics

  /** @param {Subscription} subscription */
  #register(subscription) {
    const { topic, since, everyMs } = subscription;
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${this.#currentToken}` };
    if (since) headers.since = `${since.epoch}:${since.seq}`;
    if (everyMs) headers.every_ms = String(everyMs);
    /** @type {(refusal: any, frame: any) => void} */
    const registration = (refusal, frame) => {
      // Left over from an earlier connection or registration.
      if (subscription.registration !== registration) return;
      this.#frameReceived();
      if (refusal) this.#refused(subscription, refusal);
      else if (frame.body.event === "subscribed") this.#subscribed(subscription, frame.body);
      else this.#deliver(subscription, frame.body);
    };
    subscription.registration = registration;
    this.#client?.registerHandler(topic, headers, registration);
  }

  /** @param {Subscription} subscription */
  #unregister(subscription) {
    const { registration } = subscription;
    reset(subscription);
    if (registration && this.#isOpen()) this.#client?.unregisterHandler(subscription.topic, registration);
  }

  /**
   * @param {Subscription} subscription
   * @param {{ epoch?: string, seq: number, recovered: boolean, replayed: number }} confirmation
   */
  #subscribed(subscription, { epoch, seq, recovered, replayed }) {
    subscription.confirmed = true;
    subscription.attempt = 0;
    subscription.replaysLeft = replayed;
    if (epoch) subscription.since = { epoch, seq };
    if (this.#resume) this.#resume.replayed += replayed;
    if (!recovered && subscription.handler.loadSnapshot) {
      // A topic without a history loses nothing that its snapshot does not contain.
      if (this.#resume && epoch) this.#resume.reloaded = true;
      this.#reload(subscription);
    }
    this.#checkLive();
  }

  /**
   * @param {Subscription} subscription
   * @param {{ epoch?: string, seq?: number }} event
   */
  #deliver(subscription, event) {
    if (event.epoch !== undefined && event.seq !== undefined) {
      const { since } = subscription;
      if (since?.epoch === event.epoch && event.seq <= since.seq) return;
      subscription.since = { epoch: event.epoch, seq: event.seq };
    }
    const replayed = event.seq !== undefined && subscription.replaysLeft > 0;
    if (replayed) subscription.replaysLeft--;
    if (subscription.queue) subscription.queue.push(event);
    else subscription.handler.onEvent?.(event, replayed);
  }

  /**
   * Loads the snapshot, then delivers the events that arrived in between.
   *
   * @param {Subscription} subscription
   */
  async #reload(subscription) {
    /** @type {any[]} */
    const queue = (subscription.queue = []);
    try {
      await subscription.handler.loadSnapshot?.();
      if (subscription.queue !== queue) return;
      subscription.queue = null;
      queue.forEach((event) => subscription.handler.onEvent?.(event, false));
    } catch {
      if (subscription.queue !== queue) return;
      subscription.timer = setTimeout(() => this.#reload(subscription), retryDelay(subscription.attempt++));
    }
  }

  /**
   * @param {Subscription} subscription
   * @param {{ failureCode: number, failureType: string, message: string }} refusal
   */
  #refused(subscription, { failureCode, failureType, message }) {
    if (failureCode === 401) {
      this.#rejectedToken = this.#currentToken;
      this.#disconnected(failureType);
    } else if (failureCode >= 500 || failureCode === 429) {
      this.#unregister(subscription);
      subscription.timer = setTimeout(
        () => this.#isOpen() && this.#register(subscription),
        retryDelay(subscription.attempt++),
      );
    } else {
      this.#subscriptions.delete(subscription.topic);
      this.#unregister(subscription);
      subscription.handler.onRefused?.({ code: failureType, message });
      this.#checkLive();
    }
  }

  // ---- state

  #checkLive() {
    const pending = [...this.#subscriptions.values()].some(({ confirmed, optional }) => !confirmed && !optional);
    if (this.#state.name !== "connecting" || pending) return;
    this.#liveSince = performance.now();
    this.#setState("live");
    if (this.#resume) {
      const detail = this.#resume;
      this.#resume = null;
      this.dispatchEvent(new CustomEvent("resumed", { detail }));
    }
  }

  #checkHeartbeat() {
    if (!this.#isOpen()) return;
    if (performance.now() - this.#lastFrameAt > MAX_SILENCE_MS) this.#disconnected("silent");
    else this.#renewToken();
  }

  /** Registers one topic again with a newer token: that extends the whole connection before the old token expires. */
  async #renewToken() {
    const generation = this.#generation;
    const token = await this.#getToken(null).catch(() => null);
    const [subscription] = this.#subscriptions.values();
    if (token === null || token === this.#currentToken || generation !== this.#generation || !subscription) return;
    this.#currentToken = token;
    this.#unregister(subscription);
    this.#register(subscription);
  }

  #frameReceived() {
    this.#lastFrameAt = performance.now();
  }

  #isOpen() {
    return this.#client?.state === globalThis.EventBus.OPEN;
  }

  /**
   * @param {BusState["name"]} name
   * @param {number | null} retryAt
   * @param {string | null} reason
   */
  #setState(name, retryAt = null, reason = null) {
    this.#state = { name, attempt: this.#attempt, retryAt, reason };
    this.dispatchEvent(new CustomEvent("state", { detail: this.#state }));
  }
}

/** @param {string} cursor `<epoch>:<seq>` */
function parseCursor(cursor) {
  const end = cursor.lastIndexOf(":");
  return { epoch: cursor.slice(0, end), seq: Number(cursor.slice(end + 1)) };
}

/**
 * Forgets what belongs to one registration; the position stays.
 *
 * @param {Subscription} subscription
 */
function reset(subscription) {
  clearTimeout(subscription.timer);
  Object.assign(subscription, { registration: null, confirmed: false, queue: null });
}

/**
 * Doubles with each attempt; a random part of up to one half keeps clients from returning all at once.
 *
 * @param {number} attempt
 */
function retryDelay(attempt) {
  const max = Math.min(MAX_RETRY_DELAY_MS, MIN_RETRY_DELAY_MS * 2 ** attempt);
  return max * (0.5 + Math.random() / 2);
}
