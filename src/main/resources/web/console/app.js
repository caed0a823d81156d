// Puts the console together: who is signed in decides what is heard, the part after # decides what is shown.

import { Api } from "./api.js";
import { Bus } from "./bus.js";
import { toast } from "./dialogs.js";
import { fill } from "./dom.js";
import { Feed } from "./feed.js";
import { onLanguage, t, tCount } from "./i18n.js";
import { Quotes } from "./quotes.js";
import { sentence } from "./sentences.js";
import { Session } from "./session.js";
import { Shell } from "./shell.js";
import { notificationsView } from "./views/notifications.js";
import { pricesView } from "./views/prices.js";
import { sessionsView } from "./views/sessions.js";
import { signInView } from "./views/sign-in.js";
import { usersView } from "./views/users.js";

const VIEWS = {
  prices: { open: pricesView, icon: "prices", permission: "prices.read" },
  users: { open: usersView, icon: "users", permission: "users.read" },
  notifications: { open: notificationsView, icon: "bell" },
  sessions: { open: sessionsView, icon: "devices" },
};
const RETRY_MS = 2_000;

const session = new Session();
const api = new Api(session);
const bus = new Bus({ token: (refused) => (refused ? session.tokenAfter(refused) : session.token()) });
const quotes = new Quotes(api);
const mine = new Feed(api, "/notifications");
const everybody = new Feed(api, "/events?topic=users");

/** What every view gets. `me` is the user as `GET /users/me` gives it; `away` is what was made up for after the last time away. */
const app = { api, bus, session, quotes, mine, everybody, me: null, away: null, can: () => false, route, navigate };

let shell = null;
let view = null;
let shown = null;
let visit = 0;
let waiting = false;

// ---- who is signed in

session.addEventListener("started", () => enter());
session.addEventListener("ended", () => leave(null));
session.addEventListener("expired", () => leave(t("signIn.expired")));

/** Reads who I am, and hears from then on what concerns me; tries until the server can be asked. */
async function enter() {
  const mineNow = ++visit;
  let me;
  try {
    me = (await api.get("/users/me")).body;
  } catch (problem) {
    if (problem.status !== 401 && mineNow === visit) waitForServer();
    return;
  }
  if (mineNow !== visit) return;
  waiting = false;
  become(me);
  listen();
  shell = new Shell(app, VIEWS);
  fill(document.body, shell.element);
  show();
}

function become(me) {
  app.me = me;
  app.can = (permission) => me.permissions.includes(permission);
}

function listen() {
  if (app.can("prices.read")) quotes.open(bus);
  mine.open(bus, `user.${app.me.id}`);
  listenToEverybody();
  bus.open();
}

function listenToEverybody() {
  if (app.can("users.read")) everybody.open(bus, "users");
}

function leave(note) {
  visit++;
  waiting = false;
  closeView();
  shell?.close();
  shell = null;
  quotes.close();
  bus.close();
  mine.clear();
  everybody.clear();
  app.me = app.away = null;
  document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  view = signInView(app, note);
  document.title = `${t("signIn.title")} \u00b7 Verticker`;
  fill(document.body, view.element);
  view.focus?.();
}

function waitForServer() {
  if (!waiting) leave(t("signIn.unreachable"));
  waiting = true;
  const mineNow = visit;
  setTimeout(() => mineNow === visit && session.exists && enter(), RETRY_MS);
}

// ---- what happens to me

mine.addEventListener("event", ({ detail: { event, replayed } }) => {
  // What is made up for is told in one sentence.
  if (!replayed) toast(sentence(event, app.me.id), { action: [t("nav.notifications"), () => navigate("notifications")] });
  if (event.event === "user_updated") changed(event.changes);
});

/** Another name, other roles: the token, the topics and the controls follow. */
async function changed({ roles }) {
  const could = app.can("users.read");
  if (roles) {
    await session.renew();
    bus.reconnect();
  }
  become((await api.get("/users/me")).body);
  if (!app.can("users.read")) everybody.clear();
  else if (!could) listenToEverybody();
  shell.draw();
  if (roles) show();
}

bus.addEventListener("caughtUp", ({ detail }) => {
  const { replayed, anew } = (app.away = detail);
  toast(anew ? t("bus.readAnew") : tCount("bus.caughtUp", replayed), { look: "good" });
});

// ---- what is shown

/** `{ name, query }` of the part after #. */
function route() {
  const [, name = "", query = ""] = /^#\/([\w-]*)(?:\?(.*))?$/.exec(location.hash) ?? [];
  return { name, query: new URLSearchParams(query) };
}

/** Goes to a view; with `replace` only the address changes, so that a reload comes back to the same, with the same `state`. */
function navigate(name, query = {}, { replace = false, state = null } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value != null);
  const parameters = new URLSearchParams(given).toString();
  const hash = `#/${name}${parameters && "?"}${parameters}`;
  if (replace) history.replaceState(state, "", hash);
  else location.hash = hash;
}

function show() {
  if (!shell) return;
  const allowed = Object.keys(VIEWS).filter((name) => !VIEWS[name].permission || app.can(VIEWS[name].permission));
  const { name } = route();
  if (!allowed.includes(name)) {
    navigate(allowed[0], {}, { replace: true });
    if (name in VIEWS) toast(t("notAllowed"));
    show();
    return;
  }
  const moved = shown !== null && shown !== name;
  closeView();
  shown = name;
  view = VIEWS[name].open(app);
  document.title = `${t(`nav.${name}`)} \u00b7 Verticker`;
  shell.show(name, view.element);
  // Whoever moves by keyboard or hears the page goes on at the heading.
  if (moved) view.element.querySelector("h1")?.focus();
}

function closeView() {
  view?.close?.();
  view = null;
}

addEventListener("hashchange", show);
onLanguage(() => {
  if (shell) {
    shell.draw();
    show();
  } else {
    leave(null);
  }
});

if (session.exists) enter();
else leave(null);
