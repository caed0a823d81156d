// What stays around the views: navigation, the connection, the language, signing out.

import { fill, h, icon, say } from "./dom.js";
import { currentLanguage, LANGUAGES, t, tCount, tOrNull, useLanguage } from "./i18n.js";
import { number } from "./format.js";

export class Shell {
  #app;
  #views;
  #name = null;
  #count = h("span.count", { hidden: true });
  #connection = new ConnectionSign();
  #main = h("main", { id: "main", tabindex: "-1" });
  #stops = [];
  element = h("div.shell");

  constructor(app, views) {
    this.#app = app;
    this.#views = views;
    this.#hear(app.mine, "change", () => this.#drawCount());
    this.#hear(app.bus, "state", ({ detail }) => this.#connection.draw(detail));
    this.#connection.onretry = () => app.bus.retry();
    this.draw();
  }

  draw() {
    const { me, session } = this.#app;
    fill(this.element,
      h("a.skip", { href: "#main", onclick: (event) => (event.preventDefault(), this.#main.focus()) }, t("skip")),
      h("header.top", null,
        brand(),
        this.#connection.element,
        languageChoice(),
        h("span.me", { title: me.username }, me.full_name || me.username),
        h("button.quiet", { type: "button", "aria-label": t("signOut"), onclick: () => session.signOut() }, icon("out"),
          h("span.wide", null, t("signOut")))),
      h("nav", { "aria-label": t("nav.label") }, this.#links(), docs()),
      this.#main);
    this.#connection.draw(this.#app.bus.state);
    this.#drawCount();
  }

  show(name, element) {
    this.#name = name;
    this.element.querySelectorAll("nav a[data-view]").forEach((link) => mark(link, link.dataset.view === name));
    fill(this.#main, element);
    scrollTo(0, 0);
  }

  close() {
    this.#stops.forEach((stop) => stop());
    this.#connection.close();
  }

  #links() {
    const allowed = Object.entries(this.#views).filter(([, view]) => !view.permission || this.#app.can(view.permission));
    return h("ul", null, allowed.map(([name, view]) => {
      const link = h("a", { href: `#/${name}`, "data-view": name }, icon(view.icon), h("span", null, t(`nav.${name}`)),
        name === "notifications" && this.#count);
      mark(link, name === this.#name);
      return h("li", null, link);
    }));
  }

  #drawCount() {
    const { unread } = this.#app.mine;
    this.#count.hidden = unread === 0;
    fill(this.#count, h("span", { "aria-hidden": "true" }, unread > 99 ? "99+" : number(unread)),
      h("span.unseen", null, tCount("notifications.unread", unread)));
  }

  #hear(source, event, handler) {
    source.addEventListener(event, handler);
    this.#stops.push(() => source.removeEventListener(event, handler));
  }
}

/** Says how the connection is, and what is being done about it. */
class ConnectionSign {
  #dot = h("span.dot", { "aria-hidden": "true" });
  #text = h("span", { role: "status" });
  #rest = h("span.rest", { "aria-hidden": "true" });
  #retry = h("button.link", { type: "button", hidden: true, onclick: () => this.onretry() });
  #timer = setInterval(() => this.#drawRest(), 500);
  #state = { name: "closed" };
  element = h("div.connection", null, this.#dot, this.#text, this.#rest, this.#retry);

  draw(state) {
    this.#state = state;
    const word = state.name === "waiting" && !navigator.onLine ? "offline" : state.name;
    this.element.dataset.state = state.name;
    this.element.title = t(`bus.${word}.more`, { reason: tOrNull(`reason.${state.reason}`) ?? "" }).trim();
    say(this.#text, t(`bus.${word}`));
    say(this.#retry, t("bus.retry"));
    this.#retry.hidden = state.name !== "waiting";
    this.#drawRest();
  }

  close() {
    clearInterval(this.#timer);
  }

  #drawRest() {
    const { name, retryAt } = this.#state;
    const seconds = Math.ceil((retryAt - Date.now()) / 1000);
    say(this.#rest, name === "waiting" && seconds > 0 ? tCount("age.seconds", seconds) : "");
  }
}

export function brand() {
  return h("a.brand", { href: "#/" }, h("img", { src: "/console/icon.svg", width: 28, height: 28, alt: "" }), "Verticker");
}

const NAMES = { en: "English", th: "ไทย" };

export function languageChoice() {
  const choice = h("div.choice.language", { role: "group", "aria-label": t("language") });
  for (const language of LANGUAGES) {
    choice.append(h("button", {
      type: "button", lang: language, "aria-pressed": String(language === currentLanguage()),
      title: NAMES[language], onclick: () => useLanguage(language),
    }, language === "th" ? "ไทย" : "EN"));
  }
  return choice;
}

export function docs() {
  return h("p.docs", null,
    h("a", { href: "/docs" }, icon("book"), t("docs.api")),
    h("a", { href: "/docs/events" }, icon("book"), t("docs.events")));
}

function mark(link, current) {
  if (current) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}
