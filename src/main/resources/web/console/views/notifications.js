// What happened: to me, with what I have not seen yet; to everybody, for those who may know.

import { fill, h, icon } from "../dom.js";
import { busy, explain } from "../form.js";
import { ago, dateTime } from "../format.js";
import { t, tCount } from "../i18n.js";
import { iconOf, sentence } from "../sentences.js";
import { toast } from "../dialogs.js";

export function notificationsView(app) {
  const { mine, everybody, can, me, bus, route, navigate } = app;
  const all = can("users.read");
  let showsAll = all && route().query.get("of") === "everybody";

  const list = h("ul.events");
  const count = h("p.lead");
  const caughtUp = h("p.note", { hidden: true, role: "status" });
  const read = h("button.plain", { type: "button", onclick: () => busy(read, markRead) }, t("notifications.markRead"));
  const tabs = all && h("div.choice", { role: "group", "aria-label": t("notifications.of") },
    tab(false, t("notifications.mine")), tab(true, t("notifications.everybody")));
  const element = h("section", null,
    h("header.page", null, h("div", null, h("h1", { tabindex: "-1" }, t("nav.notifications")), count), tabs, read),
    caughtUp, list);

  function tab(everybodys, text) {
    return h("button", {
      type: "button", "data-all": String(everybodys),
      onclick: () => {
        showsAll = everybodys;
        navigate("notifications", { of: everybodys ? "everybody" : "" }, { replace: true });
        draw();
      },
    }, text);
  }

  function draw() {
    const feed = showsAll ? everybody : mine;
    tabs && tabs.querySelectorAll("button").forEach((one) =>
      one.setAttribute("aria-pressed", String(one.dataset.all === String(showsAll))));
    read.hidden = showsAll || mine.unread === 0;
    fill(count, showsAll ? t("notifications.everybodyLead") : tCount("notifications.unread", mine.unread));
    fill(list, rows(feed));
  }

  function rows(feed) {
    if (feed.events === null && feed.problem) return h("li.empty", null, icon("warn"), explain(feed.problem));
    if (feed.events === null) return [1, 2, 3, 4].map(() => h("li.skeleton", null, h("div.bar.dot"), h("div.bar")));
    if (feed.events.length === 0) {
      return h("li.empty", null, icon("bell"), h("strong", null, t("notifications.none")), t("notifications.noneMore"));
    }
    return feed.events.map((event) => row(feed, event));
  }

  function row(feed, event) {
    const unread = feed === mine && feed.isUnread(event);
    return h(unread ? "li.unread" : "li", { "data-seq": event.seq },
      h("span.badge", null, icon(iconOf(event))),
      h("p", null, sentence(event, me.id), unread && h("span.unseen", null, ` (${t("notifications.new")})`)),
      h("time", { datetime: event.at, title: dateTime(event.at) }, ago(event.at)));
  }

  async function markRead() {
    try {
      await mine.markRead();
      app.away = null;
      caughtUp.hidden = true;
    } catch (problem) {
      toast(explain(problem), { look: "bad" });
    }
  }

  function sayCaughtUp() {
    if (!app.away) return;
    const { replayed, anew } = app.away;
    fill(caughtUp, icon("undo"), anew ? t("bus.readAnew") : tCount("bus.caughtUp", replayed));
    caughtUp.hidden = false;
  }

  const timer = setInterval(draw, 30_000);
  mine.addEventListener("change", draw);
  everybody.addEventListener("change", draw);
  bus.addEventListener("caughtUp", sayCaughtUp);
  draw();
  sayCaughtUp();

  return {
    element,
    close() {
      clearInterval(timer);
      mine.removeEventListener("change", draw);
      everybody.removeEventListener("change", draw);
      bus.removeEventListener("caughtUp", sayCaughtUp);
    },
  };
}
