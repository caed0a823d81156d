// Where I am signed in, and ending what should not be.

import { ask, toast } from "../dialogs.js";
import { fill, h, icon } from "../dom.js";
import { busy, explain } from "../form.js";
import { ago, dateTime, device } from "../format.js";
import { t, tCount } from "../i18n.js";

export function sessionsView({ api }) {
  let sessions = null;
  const list = h("ul.sessions", { "aria-busy": "true" }, [1, 2].map(() => h("li.card.skeleton", null, h("div.bar"), h("div.bar.short"))));
  const endOthers = h("button.danger", { type: "button", hidden: true, onclick: () => busy(endOthers, others) },
    t("sessions.endOthers"));
  const element = h("section", null,
    h("header.page", null,
      h("div", null, h("h1", { tabindex: "-1" }, t("nav.sessions")), h("p.lead", null, t("sessions.lead"))), endOthers),
    list);

  async function read() {
    try {
      sessions = (await api.get("/auth/sessions")).body.sort((a, b) => b.current - a.current);
      draw();
    } catch (problem) {
      if (problem.status === 401) return;
      fill(list, h("li.empty", null, icon("warn"), explain(problem),
        h("button.plain", { type: "button", onclick: read }, t("tryAgain"))));
    }
    list.removeAttribute("aria-busy");
  }

  function draw() {
    endOthers.hidden = sessions.length < 2;
    fill(list, sessions.map(row));
  }

  function row(session) {
    const name = device(session.device);
    return h("li.card", null,
      h("span.badge", null, icon("devices")),
      h("div", null,
        h("h2", { title: session.device }, name, session.current && h("span.chip.accent", null, t("sessions.current"))),
        h("p.hint", null,
          t("sessions.used", { at: ago(session.last_used_at) }), " \u00b7 ",
          t("sessions.began", { at: dateTime(session.created_at) }), " \u00b7 ",
          t("sessions.ends", { at: dateTime(session.expires_at) }))),
      !session.current && h("button.plain", {
        type: "button", "aria-label": t("sessions.endOne", { device: name }),
        onclick: ({ currentTarget }) => busy(currentTarget, () => end([session])),
      }, t("sessions.end")));
  }

  async function others() {
    const ending = sessions.filter((session) => !session.current);
    const sure = await ask({
      title: t("sessions.endOthers"),
      text: tCount("sessions.endOthersText", ending.length),
      choices: [[true, t("sessions.endOthers"), "danger"]],
    });
    if (sure) await end(ending);
  }

  async function end(ending) {
    try {
      await Promise.all(ending.map(({ id }) => api.delete(`/auth/sessions/${id}`).catch(unlessGone)));
      toast(tCount("sessions.ended", ending.length), { look: "good" });
    } catch (problem) {
      toast(explain(problem), { look: "bad" });
    }
    await read();
  }

  read();
  return { element };
}

/** Ended elsewhere meanwhile is ended, too. */
function unlessGone(problem) {
  if (problem.status !== 404) throw problem;
}
