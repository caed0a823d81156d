// @ts-check
// The list of users: search, pages and actions. It follows the changes that other administrators make.

import { Problem } from "../api.js";
import { h, icon, listen } from "../dom.js";
import { t } from "../i18n.js";
import { currentRoute, navigate } from "../router.js";
import { pager } from "./users/pager.js";
import { userActions } from "./users/userActions.js";
import { userDialog } from "./users/userDialog.js";
import { userSearch } from "./users/userSearch.js";
import { userTable } from "./users/userTable.js";

/** @import { ViewContext } from "../app.js" */

const PAGE_SIZE = 25;
const RENDER_INTERVAL_MS = 15_000;

/** Changes within this time cause one request. */
const RELOAD_DELAY_MS = 150;

/**
 * @param {Pick<ViewContext, "api" | "me" | "userEvents">} context
 * @returns {View}
 */
export function usersView({ api, me, userEvents }) {
  const { query } = currentRoute();
  const canWrite = me.permissions.includes("users.write");
  /** @type {User[] | null} */
  let users = null;
  /** What the dialog edits: the id of a user, "new", or null without a dialog. */
  let edited = canWrite ? query.get("open") : null;
  /** @type {HTMLDialogElement | null} */
  let dialog = null;
  let request = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let reloadTimer;
  let closed = false;

  const search = userSearch(query, () => {
    pages.reset();
    rememberAndLoad();
  });
  // The history knows the pages before this one, an address from elsewhere does not.
  const pages = pager(history.state?.pages ?? (query.has("after") ? ["", query.get("after")] : [""]), rememberAndLoad);
  const actions = userActions({ api, me, onedit: (user) => openDialog(String(user.id)), onchange: load });
  const table = userTable({ me, userEvents, actions, onclear: () => search.clear(), onretry: load });
  const truncated = h("p.note", { hidden: true }, icon("info"), t("users.truncated"));
  const create = h(
    "button.primary",
    { type: "button", onclick: () => openDialog("new") },
    icon("plus"),
    t("users.create"),
  );
  const element = h(
    "section",
    null,
    h(
      "header.page",
      null,
      h("div", null, h("h1", { tabindex: "-1" }, t("users.title")), h("p.lead", null, t("users.lead"))),
      canWrite && create,
    ),
    search.element,
    truncated,
    h("div.card.table", null, table.element),
    pages.element,
  );

  /** Keeps search, page and dialog in the address, so that a reload shows the same. */
  function remember() {
    const state = { pages: pages.starts };
    navigate("users", { ...search.values, after: pages.start, open: edited }, { replace: true, state });
  }

  function rememberAndLoad() {
    remember();
    load();
  }

  async function load() {
    clearTimeout(reloadTimer);
    request.abort();
    request = new AbortController();
    const parameters = new URLSearchParams({ limit: String(PAGE_SIZE) });
    for (const [name, value] of Object.entries({ ...search.values, after: pages.start })) {
      if (value) parameters.set(name, value);
    }
    try {
      const page = await api.get(`/users?${parameters}`, { signal: request.signal });
      users = page.body;
      truncated.hidden = !page.truncated;
      pages.render(page.body.length, page.next && new URL(page.next, location.origin).searchParams.get("after"));
      render();
    } catch (problem) {
      // Without a connection the list stays as it was last.
      const unreachable = problem instanceof Problem && problem.status === 0;
      if (isAbort(problem) || isExpired(problem) || (users && unreachable)) return;
      table.renderProblem(problem);
    }
  }

  function render() {
    if (users) table.render(users, search.isEmpty());
  }

  /** @param {string} which */
  function openDialog(which) {
    edited = which;
    remember();
    dialog = userDialog({
      api,
      me,
      userEvents,
      id: which === "new" ? null : Number(which),
      onsave: load,
      onclose() {
        dialog = null;
        // If the view closes the dialog, the address keeps it: it opens again after a new sign-in.
        if (closed) return;
        edited = null;
        remember();
      },
    });
  }

  const stop = listen(userEvents, "change", () => {
    clearTimeout(reloadTimer);
    reloadTimer = setTimeout(load, RELOAD_DELAY_MS);
  });
  const renderTimer = setInterval(render, RENDER_INTERVAL_MS);
  load();
  if (edited && /^(new|[1-9]\d*)$/.test(edited)) queueMicrotask(() => edited && openDialog(edited));

  return {
    element,
    close() {
      closed = true;
      stop();
      clearInterval(renderTimer);
      clearTimeout(reloadTimer);
      search.close();
      request.abort();
      dialog?.close();
    },
  };
}

/** @param {unknown} problem */
function isAbort(problem) {
  return problem instanceof DOMException && problem.name === "AbortError";
}

/** @param {unknown} problem */
function isExpired(problem) {
  return problem instanceof Problem && problem.status === 401;
}
