// @ts-check
// The events of one topic: those of the user, with a count of unread ones, or those of all users.

/** @import { Api } from "./api.js" */
/** @import { Bus, Resume } from "./bus.js" */

const MAX_EVENTS = 200;

/**
 * Loads the newest events over HTTP and continues with the bus from exactly there.
 * Event `change`: something to show has changed.
 * Event `event`: the bus delivered an event; `detail` is { event, replayed }, `replayed` for one missed while disconnected.
 */
export class EventFeed extends EventTarget {
  #api;
  #path;
  /** @type {string | null} */
  #epoch = null;
  /** @type {UserEvent[] | null} newest first; null until they are loaded */
  events = null;
  unread = 0;
  readUpTo = 0;
  /** @type {unknown} why loading failed, or null */
  problem = null;
  /** @type {Resume | null} what was missed before the last reconnect; null once the user has marked it as read */
  resume = null;

  /**
   * @param {Api} api
   * @param {string} path `/notifications`, or `/events?topic=users`
   */
  constructor(api, path) {
    super();
    this.#api = api;
    this.#path = path;
  }

  /**
   * Subscribes to the topic.
   *
   * @param {Bus} bus
   * @param {string} topic
   */
  open(bus, topic) {
    bus.subscribe(topic, {
      loadSnapshot: () => this.#load(),
      onEvent: (event, replayed) => this.#onEvent(event, replayed),
    });
  }

  /** Forgets everything: the next user of this browser must not see it. */
  clear() {
    this.events = this.problem = this.resume = this.#epoch = null;
    this.unread = this.readUpTo = 0;
  }

  /** @param {Resume} resume */
  setResume(resume) {
    this.resume = resume;
    this.#changed();
    // Another tab may have marked events as read in between; only a snapshot contains that.
    if (!resume.reloaded) this.#reloadReadPosition();
  }

  /** Marks all events up to the newest one shown as read. */
  async markRead() {
    const newest = this.events?.[0];
    if (!newest) return;
    const { body } = await this.#api.post("/notifications/read", { up_to: newest.cursor });
    this.readUpTo = body.read_up_to;
    this.unread = body.unread;
    this.resume = null;
    this.#changed();
  }

  /** @param {UserEvent} event */
  isUnread(event) {
    return event.seq > this.readUpTo;
  }

  async #load() {
    try {
      const page = await this.#page({ limit: MAX_EVENTS, order: "newest_first" });
      this.#epoch = page.epoch;
      this.problem = null;
      this.events = page.events;
      this.readUpTo = page.read_up_to ?? 0;
      this.unread = page.unread ?? 0;
      this.#changed();
    } catch (problem) {
      this.problem = problem;
      this.#changed();
      throw problem;
    }
  }

  async #reloadReadPosition() {
    try {
      const { epoch, read_up_to = 0 } = await this.#page({ limit: 1, order: "newest_first" });
      this.#onRead({ epoch, read_up_to });
    } catch {
      // The count stays as it was until the next event or reconnect.
    }
  }

  /**
   * @param {Record<string, string | number>} parameters
   * @returns {Promise<EventPage>}
   */
  async #page(parameters) {
    const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const { body } = await this.#api.get(`${this.#path}${this.#path.includes("?") ? "&" : "?"}${query.join("&")}`);
    return body;
  }

  /**
   * @param {UserEvent | NotificationsRead} event
   * @param {boolean} replayed
   */
  #onEvent(event, replayed) {
    if (event.event === "notifications_read") {
      this.#onRead(event);
      return;
    }
    const events = this.events ?? [];
    // The loaded page may already contain it.
    if (event.epoch === this.#epoch && event.seq <= (events[0]?.seq ?? 0)) return;
    this.#epoch = event.epoch;
    this.events = [event, ...events].slice(0, MAX_EVENTS);
    this.unread++;
    this.dispatchEvent(new CustomEvent("event", { detail: { event, replayed } }));
    this.#changed();
  }

  /** @param {Pick<NotificationsRead, "epoch" | "read_up_to">} position */
  #onRead({ epoch, read_up_to }) {
    if (epoch !== this.#epoch || read_up_to <= this.readUpTo) return;
    this.readUpTo = read_up_to;
    // Sequences have no gaps, and later events are counted when they arrive.
    this.unread = Math.max(0, (this.events?.[0]?.seq ?? 0) - read_up_to);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
