// What happened: to me, with a count of what I have not seen; and to everybody, for those who may know.

const KEPT = 200;

/**
 * One topic of the log: read over HTTP, then continued by the bus from exactly there.
 * Events: `change`; `event`, with `detail` { event, replayed }: what happened, and whether it happened while we were away.
 */
export class Feed extends EventTarget {
  #api;
  #path;
  #epoch = null;
  events = null;
  unread = 0;
  readUpTo = 0;
  problem = null;

  /** @param path `/notifications`, or `/events?topic=users` */
  constructor(api, path) {
    super();
    this.#api = api;
    this.#path = path;
  }

  /** Hears the topic; what was there before is read first. The function that comes back stops it. */
  open(bus, topic) {
    return bus.listen(topic, {
      snapshot: () => this.#read(),
      event: (event, replayed) => this.#hear(event, replayed),
    });
  }

  /** Forgets it all: somebody else may sign in next. */
  clear() {
    this.events = this.problem = this.#epoch = null;
    this.unread = this.readUpTo = 0;
  }

  /** Everything so far was seen. */
  async markRead() {
    const newest = this.events?.[0];
    if (!newest) return;
    const { body } = await this.#api.post("/notifications/read", { epoch: newest.epoch, up_to: newest.seq });
    // What came meanwhile is still new.
    this.readUpTo = body.read_up_to;
    this.#count(body.unread);
  }

  isUnread(event) {
    return event.seq > this.readUpTo;
  }

  async #read() {
    try {
      const newest = await this.#page({ limit: 1 });
      const after = Math.max(newest.oldest - 1, newest.newest - KEPT);
      const page = await this.#page({ limit: KEPT, after, epoch: newest.epoch });
      this.#epoch = page.epoch;
      this.problem = null;
      this.events = page.events.reverse();
      this.readUpTo = page.read_up_to ?? 0;
      this.#count(page.unread ?? 0);
    } catch (problem) {
      this.problem = problem;
      this.dispatchEvent(new Event("change"));
      throw problem;
    }
  }

  async #page(parameters) {
    const query = new URLSearchParams(parameters);
    return (await this.#api.get(this.#path + (this.#path.includes("?") ? "&" : "?") + query)).body;
  }

  #hear(event, replayed) {
    // The page that was read may have had it already.
    if (event.epoch === this.#epoch && event.seq <= (this.events[0]?.seq ?? 0)) return;
    this.#epoch = event.epoch;
    this.events = [event, ...this.events].slice(0, KEPT);
    this.dispatchEvent(new CustomEvent("event", { detail: { event, replayed } }));
    this.#count(this.unread + 1);
  }

  #count(unread) {
    this.unread = unread;
    this.dispatchEvent(new Event("change"));
  }
}
