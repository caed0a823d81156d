// @ts-check
// Wires the console: the session decides what is subscribed to, the address after "#" which view is open.

import { Api, Problem } from "./api.js";
import { Bus } from "./bus.js";
import { toast } from "./dialogs.js";
import { listen, setChildren } from "./dom.js";
import { EventFeed } from "./eventFeed.js";
import { eventText } from "./eventText.js";
import { Feed } from "./feed.js";
import { onLanguageChange, t, tCount } from "./i18n.js";
import { OrderToasts } from "./orderText.js";
import { Quotes } from "./quotes.js";
import { currentRoute, navigate } from "./router.js";
import { Session } from "./session.js";
import { Shell } from "./shell.js";
import { Trading } from "./trading.js";
import { marketView } from "./views/market.js";
import { notificationsView } from "./views/notifications.js";
import { sessionsView } from "./views/sessions.js";
import { signInView } from "./views/signIn.js";
import { usersView } from "./views/users.js";

/** @import { Resume } from "./bus.js" */
/** @import { IconName } from "./dom.js" */

/**
 * What a view may use. Every opened view gets a new one.
 *
 * @typedef {object} ViewContext
 * @property {CurrentUser} me
 * @property {Api} api
 * @property {Bus} bus
 * @property {Quotes} quotes
 * @property {Feed} feed
 * @property {Trading} trading empty without the permission `trading`
 * @property {EventFeed} ownEvents events of this user
 * @property {EventFeed} userEvents events of all users; empty without the permission `users.read`
 *
 * @typedef {object} ViewEntry
 * @property {(context: ViewContext) => View} open
 * @property {IconName} icon
 * @property {string} [permission] without it every signed-in user may open the view
 */

/** @type {Record<string, ViewEntry>} */
const VIEWS = {
  market: { open: marketView, icon: "prices", permission: "prices.read" },
  users: { open: usersView, icon: "users", permission: "users.read" },
  notifications: { open: notificationsView, icon: "bell" },
  sessions: { open: sessionsView, icon: "devices" },
};
const RETRY_INTERVAL_MS = 2_000;

class App {
  #session = new Session();
  #api = new Api(this.#session);
  #bus = new Bus({ token: (rejected) => (rejected ? this.#session.replaceToken(rejected) : this.#session.token()) });
  #quotes = new Quotes(this.#api);
  #feed = new Feed();
  #trading = new Trading(this.#api);
  #orderToasts = new OrderToasts();
  #ownEvents = new EventFeed(this.#api, "/notifications");
  #userEvents = new EventFeed(this.#api, "/events?topic=users");

  /** Counts sign-ins and sign-outs: requests that started under an earlier one are ignored. */
  #sessionGeneration = 0;
  /** @type {{ me: CurrentUser, shell: Shell } | null} null on the sign-in page */
  #signedIn = null;
  /** @type {View | null} */
  #view = null;
  /** @type {string | null} */
  #viewName = null;
  /** @type {string | null} text key of the note on the sign-in page */
  #signInNote = null;

  start() {
    this.#session.addEventListener("started", () => this.#enter());
    this.#session.addEventListener("ended", () => this.#leave());
    this.#session.addEventListener("expired", () => this.#leave("signIn.expired"));
    listen(this.#ownEvents, "event", (detail) => this.#onOwnEvent(detail));
    listen(this.#trading, "order", (change) => this.#orderToasts.announce(change));
    listen(this.#bus, "resumed", (resume) => this.#onResumed(resume));
    onLanguageChange(() => this.#render());
    addEventListener("hashchange", () => this.#openView());
    if (this.#session.exists) this.#enter();
    else this.#leave();
  }

  // ---- session

  /** Loads the user, then subscribes to what the user may see; retries until the server answers. */
  async #enter() {
    const generation = ++this.#sessionGeneration;
    let me;
    try {
      me = await this.#loadMe();
    } catch (problem) {
      // With 401 the session has reported that it expired.
      if (generation === this.#sessionGeneration && !(problem instanceof Problem && problem.status === 401)) {
        this.#enterLater();
      }
      return;
    }
    if (generation !== this.#sessionGeneration) return;
    if (me.permissions.includes("prices.read")) {
      this.#quotes.open(this.#bus);
      this.#feed.open(this.#bus);
    }
    this.#ownEvents.open(this.#bus, `user.${me.id}`);
    if (me.permissions.includes("users.read")) this.#userEvents.open(this.#bus, "users");
    if (me.permissions.includes("trading")) this.#trading.open(this.#bus, me.id);
    this.#bus.open();
    const shell = new Shell(this.#session, this.#bus, this.#ownEvents);
    this.#signedIn = { me, shell };
    this.#render();
  }

  #enterLater() {
    if (this.#signInNote !== "signIn.unreachable") this.#leave("signIn.unreachable");
    const generation = this.#sessionGeneration;
    setTimeout(() => {
      if (generation === this.#sessionGeneration && this.#session.exists) this.#enter();
    }, RETRY_INTERVAL_MS);
  }

  /** @param {string | null} note */
  #leave(note = null) {
    this.#sessionGeneration++;
    this.#signedIn?.shell.close();
    this.#signedIn = null;
    this.#bus.close();
    this.#quotes.clear();
    this.#feed.clear();
    this.#trading.clear();
    this.#ownEvents.clear();
    this.#userEvents.clear();
    document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
    this.#signInNote = note;
    this.#render();
  }

  /** @returns {Promise<CurrentUser>} */
  async #loadMe() {
    return (await this.#api.get("/users/me")).body;
  }

  // ---- events

  /** @param {{ event: UserEvent, replayed: boolean }} detail */
  #onOwnEvent({ event, replayed }) {
    if (!this.#signedIn) return;
    // One message sums up all replayed events.
    if (!replayed) {
      toast(eventText(event, this.#signedIn.me.id), {
        action: [t("nav.notifications"), () => navigate("notifications")],
      });
    }
    if (event.event === "user_updated") this.#reloadMeOrRetry("roles" in (event.changes ?? {}));
  }

  /**
   * The node that sent the event may stop before it answers.
   *
   * @param {boolean} rolesChanged
   */
  async #reloadMeOrRetry(rolesChanged) {
    const generation = this.#sessionGeneration;
    try {
      await this.#reloadMe(rolesChanged);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status !== 0 && problem.status !== 503) return;
      setTimeout(() => {
        if (generation === this.#sessionGeneration) this.#reloadMeOrRetry(rolesChanged);
      }, RETRY_INTERVAL_MS);
    }
  }

  /**
   * New roles need a new token, other subscriptions and other controls.
   *
   * @param {boolean} rolesChanged
   */
  async #reloadMe(rolesChanged) {
    const generation = this.#sessionGeneration;
    if (rolesChanged) {
      await this.#session.renewToken();
      this.#bus.reconnect();
    }
    const me = await this.#loadMe();
    if (generation !== this.#sessionGeneration || !this.#signedIn) return;
    const couldReadUsers = this.#signedIn.me.permissions.includes("users.read");
    const canReadUsers = me.permissions.includes("users.read");
    if (!canReadUsers) this.#userEvents.clear();
    else if (!couldReadUsers) this.#userEvents.open(this.#bus, "users");
    this.#signedIn.me = me;
    this.#signedIn.shell.render(me, allowedViews(me));
    if (rolesChanged) this.#openView();
  }

  /** @param {Resume} resume */
  #onResumed(resume) {
    this.#ownEvents.setResume(resume);
    toast(resume.reloaded ? t("bus.reloaded") : tCount("bus.resumed", resume.replayed), { kind: "good" });
  }

  // ---- page

  #render() {
    if (this.#signedIn) {
      const { me, shell } = this.#signedIn;
      shell.render(me, allowedViews(me));
      if (!shell.element.isConnected) setChildren(document.body, shell.element);
      this.#openView();
    } else {
      this.#closeView();
      this.#view = signInView(this.#session, this.#signInNote);
      document.title = `${t("signIn.title")} \u00b7 Verticker`;
      setChildren(document.body, this.#view.element);
      this.#view.element.querySelector("input")?.focus();
    }
  }

  #openView() {
    if (!this.#signedIn) return;
    const { me, shell } = this.#signedIn;
    const allowed = allowedViews(me);
    const { name } = currentRoute();
    if (!(name in allowed)) {
      navigate(Object.keys(allowed)[0], {}, { replace: true });
      if (name in VIEWS) toast(t("notAllowed"));
      this.#openView();
      return;
    }
    const moved = this.#viewName !== null && this.#viewName !== name;
    this.#closeView();
    this.#viewName = name;
    this.#view = VIEWS[name].open({
      me,
      api: this.#api,
      bus: this.#bus,
      quotes: this.#quotes,
      feed: this.#feed,
      trading: this.#trading,
      ownEvents: this.#ownEvents,
      userEvents: this.#userEvents,
    });
    document.title = `${t(`nav.${name}`)} \u00b7 Verticker`;
    shell.show(name, this.#view.element);
    // Keyboards and screen readers continue at the heading of the new view.
    if (moved) this.#view.element.querySelector("h1")?.focus();
  }

  #closeView() {
    this.#view?.close?.();
    this.#view = null;
  }
}

/**
 * @param {CurrentUser} me
 * @returns {Record<string, ViewEntry>}
 */
function allowedViews({ permissions }) {
  const allowed = Object.entries(VIEWS).filter(([, view]) => !view.permission || permissions.includes(view.permission));
  return Object.fromEntries(allowed);
}

new App().start();
