// @ts-check
// The events of the user with the unread ones marked; users with the permission also see the events of all users.

import { toast } from "../dialogs.js";
import { h, icon, listen, setChildren } from "../dom.js";
import { eventIcon, eventText } from "../eventText.js";
import { problemText, runBusy } from "../form.js";
import { dateTime, relativeTime } from "../format.js";
import { t, tCount } from "../i18n.js";
import { currentRoute, navigate } from "../router.js";

/** @import { ViewContext } from "../app.js" */
/** @import { EventFeed } from "../eventFeed.js" */

const RENDER_INTERVAL_MS = 30_000;

/**
 * @param {Pick<ViewContext, "me" | "ownEvents" | "userEvents">} context
 * @returns {View}
 */
export function notificationsView({ me, ownEvents, userEvents }) {
  const canReadAll = me.permissions.includes("users.read");
  let showsAll = canReadAll && currentRoute().query.get("of") === "all";

  const list = h("ul.events");
  const lead = h("p.lead");
  const resumeNote = h("p.note", { hidden: true, role: "status" });
  const markReadButton = h(
    "button.plain",
    { type: "button", onclick: () => runBusy(markReadButton, markRead) },
    t("notifications.markRead"),
  );
  const tabs = [tab(false, t("notifications.mine")), tab(true, t("notifications.all"))];
  const element = h(
    "section",
    null,
    h(
      "header.page",
      null,
      h("div", null, h("h1", { tabindex: "-1" }, t("nav.notifications")), lead),
      canReadAll && h("div.choice", { role: "group", "aria-label": t("notifications.of") }, tabs),
      markReadButton,
    ),
    resumeNote,
    list,
  );

  /**
   * @param {boolean} all
   * @param {string} label
   */
  function tab(all, label) {
    return h(
      "button",
      {
        type: "button",
        "data-all": String(all),
        onclick() {
          showsAll = all;
          navigate("notifications", { of: all ? "all" : null }, { replace: true });
          render();
        },
      },
      label,
    );
  }

  function render() {
    tabs.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.all === String(showsAll))));
    markReadButton.hidden = showsAll || ownEvents.unread === 0;
    setChildren(lead, showsAll ? t("notifications.allLead") : tCount("notifications.unread", ownEvents.unread));
    setChildren(list, rows(showsAll ? userEvents : ownEvents));
    renderResumeNote();
  }

  function renderResumeNote() {
    const { resume } = ownEvents;
    resumeNote.hidden = resume === null;
    if (resume === null) return;
    const text = resume.reloaded ? t("bus.reloaded") : tCount("bus.resumed", resume.replayed);
    if (resumeNote.textContent !== text) setChildren(resumeNote, icon("undo"), text);
  }

  /** @param {EventFeed} feed */
  function rows(feed) {
    if (feed.events === null) {
      return feed.problem ? h("li.empty", null, icon("warn"), problemText(feed.problem)) : [1, 2, 3, 4].map(skeleton);
    }
    if (feed.events.length === 0) {
      return h("li.empty", null, icon("bell"), h("strong", null, t("notifications.none")), t("notifications.noneMore"));
    }
    return feed.events.map((event) => row(event, feed === ownEvents && feed.isUnread(event)));
  }

  /**
   * @param {UserEvent} event
   * @param {boolean} unread
   */
  function row(event, unread) {
    return h(
      unread ? "li.unread" : "li",
      { "data-seq": event.seq },
      h("span.badge", null, icon(eventIcon(event))),
      h("p", null, eventText(event, me.id), unread && h("span.visually-hidden", null, ` (${t("notifications.new")})`)),
      h("time", { datetime: event.at, title: dateTime(event.at) }, relativeTime(event.at)),
    );
  }

  async function markRead() {
    try {
      await ownEvents.markRead();
    } catch (problem) {
      toast(problemText(problem), { kind: "bad" });
    }
  }

  const timer = setInterval(render, RENDER_INTERVAL_MS);
  const stops = [listen(ownEvents, "change", render), listen(userEvents, "change", render)];
  render();

  return {
    element,
    close() {
      clearInterval(timer);
      stops.forEach((stop) => stop());
    },
  };
}

function skeleton() {
  return h("li.skeleton", null, h("div.bar.dot"), h("div.bar"));
}
