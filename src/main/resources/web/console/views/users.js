// The users: found, paged, changed; and what others change shows up by itself.

import { ask, toast } from "../dialogs.js";
import { fill, h, icon } from "../dom.js";
import { explain } from "../form.js";
import { ago, dateTime } from "../format.js";
import { t, tCount } from "../i18n.js";
import { change } from "../sentences.js";
import { openUserDialog } from "./user-dialog.js";

const PAGE = 25;
const TYPING_MS = 250;
const SETTLING_MS = 150;
const FRESH_MS = 10_000;

export function usersView(app) {
  const { api, me, can, everybody, route, navigate } = app;
  const { query } = route();
  const search = { q: query.get("q") ?? "", role: query.get("role") ?? "", status: query.get("status") ?? "" };
  /** Where each page that was turned began; the last is the one that is shown. An address from elsewhere knows only its own. */
  let pages = history.state?.pages ?? (query.has("after") ? ["", query.get("after")] : [""]);
  let users = null;
  let open = query.get("open");
  let dialog = null;
  let asking = null;
  let typing = null;
  let settling = null;
  let closed = false;

  // ---- what is asked for

  const text = h("input.search-text", {
    type: "search", value: search.q, placeholder: t("users.search"), "aria-label": t("users.search"),
    oninput() {
      clearTimeout(typing);
      typing = setTimeout(() => find({ q: text.value.trim() }), TYPING_MS);
    },
  });
  const role = choice("role", t("users.anyRole"), ["user", "admin"].map((one) => [one, t(`role.${one}`)]));
  const status = choice("status", t("users.anyStatus"), ["active", "disabled", "deleted"].map((one) => [one, t(`status.${one}`)]));
  const create = can("users.write")
    && h("button.primary", { type: "button", onclick: () => show("new") }, icon("plus"), t("users.create"));

  function choice(name, any, options) {
    const select = h("select", { "aria-label": any, onchange: () => find({ [name]: select.value }) },
      h("option", { value: "" }, any), options.map(([value, label]) => h("option", { value }, label)));
    select.value = search[name];
    return select;
  }

  function find(changed) {
    Object.assign(search, changed);
    pages = [""];
    remember();
    read();
  }

  function remember() {
    navigate("users", { ...search, after: pages.at(-1), open }, { replace: true, state: { pages } });
  }

  // ---- what is shown

  const body = h("tbody");
  const table = h("table.users", null,
    h("caption.unseen", null, t("users.title")),
    h("thead", null, h("tr", null,
      ["user", "roles", "status", "changed"].map((name) => h("th", { scope: "col" }, t(`users.${name}`))),
      h("th", { scope: "col" }, h("span.unseen", null, t("users.actions"))))),
    body);
  const note = h("p.note", { hidden: true });
  const previous = h("button.plain", { type: "button", onclick: () => turn(-1) }, icon("left"), t("users.previous"));
  const next = h("button.plain", { type: "button", onclick: () => turn(1) }, t("users.next"), icon("right"));
  const where = h("span.where", { role: "status" });
  const element = h("section", null,
    h("header.page", null,
      h("div", null, h("h1", { tabindex: "-1" }, t("users.title")), h("p.lead", null, t("users.lead"))), create),
    h("search.filters", null, h("label.search", null, icon("search"), text), role, status),
    note, h("div.card.table", null, table),
    h("div.paging", null, previous, where, next));

  let following = null;

  async function read() {
    clearTimeout(settling);
    asking?.abort();
    asking = new AbortController();
    const parameters = { limit: PAGE, ...search, after: pages.at(-1) };
    const given = Object.entries(parameters).filter(([, value]) => value !== "");
    try {
      const page = await api.get(`/users?${new URLSearchParams(given)}`, { signal: asking.signal });
      users = page.body;
      following = page.next && new URL(page.next, location.origin).searchParams.get("after");
      fill(note, icon("info"), t("users.truncated")).hidden = !page.truncated;
      draw();
    } catch (problem) {
      if (problem.name === "AbortError" || problem.status === 401) return;
      if (users === null || problem.status !== 0) drawProblem(problem);
    }
  }

  function draw() {
    table.removeAttribute("aria-busy");
    const rows = new Map([...body.children].map((row) => [row.dataset.id, row]));
    fill(body, users.length === 0 ? emptyRow() : users.map((user) => row(user, rows.get(String(user.id)))));
    previous.disabled = pages.length === 1;
    next.disabled = following === null;
    fill(where, users.length ? tCount("users.onPage", users.length, { page: pages.length }) : "");
  }

  function drawProblem(problem) {
    fill(body, h("tr", null, h("td.empty", { colspan: 5 }, icon("warn"), explain(problem),
      h("button.plain", { type: "button", onclick: read }, t("tryAgain")))));
  }

  function emptyRow() {
    const filtered = search.q || search.role || search.status;
    return h("tr", null, h("td.empty", { colspan: 5 }, icon("users"), h("strong", null, t("users.none")),
      filtered && h("button.plain", { type: "button", onclick: clear }, t("users.clear"))));
  }

  function clear() {
    text.value = role.value = status.value = "";
    find({ q: "", role: "", status: "" });
  }

  /** A row keeps its element while nothing about it changed, so that the focus stays where it is. */
  function row(user, before) {
    const event = everybody.events?.find((one) => one.user_id === user.id);
    const fresh = event && Date.now() - Date.parse(event.at) < FRESH_MS;
    const key = JSON.stringify([user, event?.seq, event && ago(event.at)]);
    if (before?.dataset.key === key) return before;
    const focused = before?.contains(document.activeElement) && document.activeElement.dataset.act;
    const element = h(fresh ? "tr.fresh" : "tr", { "data-id": user.id, "data-key": key },
      h("td", null, h("div.person", null,
        h("span.avatar", { "aria-hidden": "true" }, [...(user.full_name || user.username)][0].toUpperCase()),
        h("div", null,
          h("strong", null, user.full_name || user.username, user.id === me.id && h("span.chip.accent", null, t("by.you"))),
          h("small", null, [user.username, user.email].filter(Boolean).join(" \u00b7 "))))),
      h("td", { "data-label": t("users.roles") }, user.roles.map((one) => h("span.chip", null, t(`role.${one}`)))),
      h("td", { "data-label": t("users.status") }, h("span.chip", { "data-is": user.status }, t(`status.${user.status}`))),
      h("td.changed", { "data-label": t("users.changed") },
        event ? h("span", null, change(event, me.id)) : null,
        h("time", { datetime: user.updated_at, title: dateTime(user.updated_at) }, ago(event?.at ?? user.updated_at))),
      h("td.actions", null, actions(user)));
    if (focused) queueMicrotask(() => element.querySelector(`[data-act="${focused}"]`)?.focus());
    return element;
  }

  function actions(user) {
    const writes = can("users.write");
    const myself = user.id === me.id;
    if (user.status === "deleted") return writes && act("undo", "restore", user, () => restore(user));
    return [
      writes && act("pencil", "edit", user, () => show(String(user.id))),
      writes && !myself && (user.status === "disabled"
        ? act("play", "enable", user, () => enable(user))
        : act("pause", "disable", user, () => disable(user))),
      can("users.delete") && !myself && act("bin", "delete", user, () => remove(user)),
    ];
  }

  function act(picture, name, user, work) {
    return h("button.quiet.icon-only", {
      type: "button", "data-act": name, title: t(`users.${name}`),
      "aria-label": t(`users.${name}One`, { user: user.username }), onclick: work,
    }, icon(picture));
  }

  // ---- what is done

  const enable = (user) => done(api.post(`/users/${user.id}/enable`), t("users.enabled", { user: user.username }));

  const restore = (user) => done(api.post(`/users/${user.id}/restore`), t("users.restored", { user: user.username }));

  async function disable(user) {
    const sure = await ask({
      title: t("users.disableOne", { user: user.username }),
      text: t("users.disableText"),
      choices: [[true, t("users.disable"), "danger"]],
    });
    if (sure) await done(api.post(`/users/${user.id}/disable`), t("users.disabled", { user: user.username }));
  }

  async function remove(user) {
    const mode = await ask({
      title: t("users.deleteOne", { user: user.username }),
      text: [t("users.deleteSoftText"), t("users.deleteHardText")],
      choices: [["hard", t("users.deleteHard"), "danger"], ["soft", t("users.deleteSoft"), "primary"]],
    });
    if (mode === null) return;
    const undo = mode === "soft" ? [t("users.undo"), () => restore(user)] : null;
    await done(api.delete(`/users/${user.id}?mode=${mode}`), t("users.deleted", { user: user.username }), undo);
  }

  async function done(work, text, action = null) {
    try {
      await work;
      toast(text, { look: "good", action });
    } catch (problem) {
      toast(explain(problem), { look: "bad" });
    }
    await read();
  }

  function turn(direction) {
    if (direction > 0) pages.push(following);
    else pages.pop();
    remember();
    read();
  }

  /** Opens the dialog; its place in the address brings it back after a reload or a new sign-in. */
  function show(which) {
    open = which;
    remember();
    dialog = openUserDialog(app, which === "new" ? null : Number(which), {
      onsaved: read,
      onclose() {
        dialog = null;
        // Closed by whoever used it, not by leaving this view.
        if (closed) return;
        open = null;
        remember();
      },
    });
  }

  // ---- what others do

  /** Many events at once cause one look. */
  function changed() {
    clearTimeout(settling);
    settling = setTimeout(read, SETTLING_MS);
  }

  const fading = setInterval(() => users && draw(), 15_000);
  everybody.addEventListener("change", changed);

  table.setAttribute("aria-busy", "true");
  fill(body, [1, 2, 3, 4, 5, 6].map(() => h("tr.skeleton", null, h("td", { colspan: 5 }, h("div.bar")))));
  previous.disabled = next.disabled = true;
  read();
  if (open && can("users.write") && /^(new|[1-9]\d*)$/.test(open)) queueMicrotask(() => show(open));

  return {
    element,
    close() {
      clearInterval(fading);
      clearTimeout(typing);
      clearTimeout(settling);
      closed = true;
      asking.abort();
      everybody.removeEventListener("change", changed);
      dialog?.close();
    },
  };
}
