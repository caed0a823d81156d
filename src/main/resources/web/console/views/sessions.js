// @ts-check
// The sessions of the user on all devices.

import { Problem } from "../api.js";
import { promptChoice, toast } from "../dialogs.js";
import { h, icon, setChildren } from "../dom.js";
import { problemText, runBusy } from "../form.js";
import { dateTime, deviceName, relativeTime } from "../format.js";
import { t, tCount } from "../i18n.js";

/** @import { ViewContext } from "../app.js" */

/**
 * @param {Pick<ViewContext, "api">} context
 * @returns {View}
 */
export function sessionsView({ api }) {
  /** @type {UserSession[]} */
  let sessions = [];
  const list = h("ul.sessions", { "aria-busy": "true" }, [1, 2].map(skeleton));
  const endOthersButton = h(
    "button.danger",
    { type: "button", hidden: true, onclick: () => runBusy(endOthersButton, endOthers) },
    t("sessions.endOthers"),
  );
  const element = h(
    "section",
    null,
    h(
      "header.page",
      null,
      h("div", null, h("h1", { tabindex: "-1" }, t("nav.sessions")), h("p.lead", null, t("sessions.lead"))),
      endOthersButton,
    ),
    list,
  );

  async function load() {
    try {
      sessions = (await api.get("/auth/sessions")).body;
      sessions.sort((a, b) => Number(b.current) - Number(a.current));
      endOthersButton.hidden = sessions.length < 2;
      setChildren(list, sessions.map(row));
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 401) return;
      const retry = h("button.plain", { type: "button", onclick: load }, t("tryAgain"));
      setChildren(list, h("li.empty", null, icon("warn"), problemText(problem), retry));
    }
    list.removeAttribute("aria-busy");
  }

  /** @param {UserSession} session */
  function row(session) {
    const device = deviceName(session.device);
    const times = [
      t("sessions.used", { at: relativeTime(session.last_used_at) }),
      t("sessions.started", { at: dateTime(session.created_at) }),
      t("sessions.expires", { at: dateTime(session.expires_at) }),
    ];
    const endButton = h(
      "button.plain",
      {
        type: "button",
        "aria-label": t("sessions.endOne", { device }),
        onclick: () => runBusy(endButton, () => end([session])),
      },
      t("sessions.end"),
    );
    return h(
      "li.card",
      null,
      h("span.badge", null, icon("devices")),
      h(
        "div",
        null,
        h(
          "h2",
          { title: session.device },
          device,
          session.current && h("span.chip.accent", null, t("sessions.current")),
        ),
        h("p.hint", null, times.join(" \u00b7 ")),
      ),
      !session.current && endButton,
    );
  }

  async function endOthers() {
    const others = sessions.filter((session) => !session.current);
    const confirmed = await promptChoice({
      title: t("sessions.endOthers"),
      text: tCount("sessions.endOthersText", others.length),
      choices: [[true, t("sessions.endOthers"), "danger"]],
    });
    if (confirmed) await end(others);
  }

  /** @param {UserSession[]} ending */
  async function end(ending) {
    try {
      await Promise.all(ending.map(({ id }) => api.delete(`/auth/sessions/${id}`).catch(ignoreNotFound)));
      toast(tCount("sessions.ended", ending.length), { kind: "good" });
    } catch (problem) {
      toast(problemText(problem), { kind: "bad" });
    }
    await load();
  }

  load();
  return { element };
}

function skeleton() {
  return h("li.card.skeleton", null, h("div.bar"), h("div.bar.short"));
}

/**
 * Another tab may have ended the session already.
 *
 * @param {unknown} problem
 */
function ignoreNotFound(problem) {
  if (!(problem instanceof Problem) || problem.status !== 404) throw problem;
}
