// @ts-check
// The frame around the views: navigation, connection status, language and sign-out.

import { h, icon, listen, setChildren, setText } from "./dom.js";
import { number } from "./format.js";
import { currentLanguage, LANGUAGES, setLanguage, t, tCount, tOrNull } from "./i18n.js";

/** @import { ViewEntry } from "./app.js" */
/** @import { Bus, BusState } from "./bus.js" */
/** @import { EventFeed } from "./eventFeed.js" */
/** @import { Session } from "./session.js" */

const MAX_COUNT = 99;

export class Shell {
  #session;
  #bus;
  #ownEvents;
  /** @type {string | null} */
  #current = null;
  #unread = h("span.count", { hidden: true });
  #connection;
  #main = h("main", { id: "main", tabindex: "-1" });
  #stops;
  element = h("div.shell");

  /**
   * @param {Session} session
   * @param {Bus} bus
   * @param {EventFeed} ownEvents
   */
  constructor(session, bus, ownEvents) {
    this.#session = session;
    this.#bus = bus;
    this.#ownEvents = ownEvents;
    this.#connection = new ConnectionStatus(() => bus.retryNow());
    this.#stops = [
      listen(ownEvents, "change", () => this.#renderUnread()),
      listen(bus, "state", (state) => this.#connection.render(state)),
      () => this.#connection.close(),
    ];
  }

  /**
   * @param {CurrentUser} me
   * @param {Record<string, ViewEntry>} views those that the user may open
   */
  render(me, views) {
    setChildren(
      this.element,
      h(
        "a.skip",
        {
          href: "#main",
          onclick: (/** @type {Event} */ event) => {
            event.preventDefault();
            this.#main.focus();
          },
        },
        t("skip"),
      ),
      h(
        "header.top",
        null,
        brand(),
        this.#connection.element,
        languageSwitch(),
        h("span.me", { title: me.username }, me.full_name || me.username),
        h(
          "button.quiet",
          { type: "button", "aria-label": t("signOut"), onclick: () => this.#session.signOut() },
          icon("out"),
          h("span.wide", null, t("signOut")),
        ),
      ),
      h("nav", { "aria-label": t("nav.label") }, this.#links(views), documentationLinks()),
      this.#main,
    );
    this.#connection.render(this.#bus.state);
    this.#renderUnread();
  }

  /**
   * @param {string} name
   * @param {HTMLElement} element
   */
  show(name, element) {
    this.#current = name;
    for (const link of this.element.querySelectorAll("nav a")) {
      if (link instanceof HTMLElement && link.dataset.view) markCurrent(link, link.dataset.view === name);
    }
    setChildren(this.#main, element);
    scrollTo(0, 0);
  }

  close() {
    this.#stops.forEach((stop) => stop());
  }

  /** @param {Record<string, ViewEntry>} views */
  #links(views) {
    return h(
      "ul",
      null,
      Object.entries(views).map(([name, view]) => {
        const link = h(
          "a",
          { href: `#/${name}`, "data-view": name },
          icon(view.icon),
          h("span", null, t(`nav.${name}`)),
          name === "notifications" && this.#unread,
        );
        markCurrent(link, name === this.#current);
        return h("li", null, link);
      }),
    );
  }

  #renderUnread() {
    const { unread } = this.#ownEvents;
    this.#unread.hidden = unread === 0;
    setChildren(
      this.#unread,
      h("span", { "aria-hidden": "true" }, unread > MAX_COUNT ? `${MAX_COUNT}+` : number(unread)),
      h("span.visually-hidden", null, tCount("notifications.unread", unread)),
    );
  }
}

/** Shows the state of the connection and the time until the next attempt. */
class ConnectionStatus {
  #text = h("span", { role: "status" });
  #countdown = h("span.countdown", { "aria-hidden": "true" });
  #retry;
  #timer = setInterval(() => this.#renderCountdown(), 500);
  /** @type {BusState | null} */
  #state = null;
  element;

  /** @param {() => void} onretry */
  constructor(onretry) {
    this.#retry = h("button.link", { type: "button", hidden: true, onclick: onretry });
    this.element = h(
      "div.connection",
      null,
      h("span.dot", { "aria-hidden": "true" }),
      this.#text,
      this.#countdown,
      this.#retry,
    );
  }

  /** @param {BusState} state */
  render(state) {
    this.#state = state;
    const text = state.name === "waiting" && !navigator.onLine ? "offline" : state.name;
    this.element.dataset.state = state.name;
    this.element.title = t(`bus.${text}.more`, { reason: tOrNull(`reason.${state.reason}`) ?? "" }).trim();
    setText(this.#text, t(`bus.${text}`));
    setText(this.#retry, t("bus.retry"));
    this.#retry.hidden = state.name !== "waiting";
    this.#renderCountdown();
  }

  close() {
    clearInterval(this.#timer);
  }

  #renderCountdown() {
    const retryAt = this.#state?.retryAt ?? 0;
    const seconds = Math.ceil((retryAt - Date.now()) / 1000);
    setText(this.#countdown, seconds > 0 ? tCount("age.seconds", seconds) : "");
  }
}

export function brand() {
  return h(
    "a.brand",
    { href: "#/" },
    h("img", { src: "/console/icon.svg", width: 28, height: 28, alt: "" }),
    "Verticker",
  );
}

const LANGUAGE_NAMES = { en: ["EN", "English"], th: ["ไทย", "ไทย"] };

export function languageSwitch() {
  return h(
    "div.choice.language",
    { role: "group", "aria-label": t("language") },
    LANGUAGES.map((language) => {
      const [label, title] = LANGUAGE_NAMES[language];
      const pressed = String(language === currentLanguage());
      const onclick = () => setLanguage(language);
      return h("button", { type: "button", lang: language, title, "aria-pressed": pressed, onclick }, label);
    }),
  );
}

export function documentationLinks() {
  return h(
    "p.docs",
    null,
    h("a", { href: "/docs" }, icon("book"), t("docs.api")),
    h("a", { href: "/docs/events" }, icon("book"), t("docs.events")),
  );
}

/**
 * @param {HTMLElement} link
 * @param {boolean} current
 */
function markCurrent(link, current) {
  if (current) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}
