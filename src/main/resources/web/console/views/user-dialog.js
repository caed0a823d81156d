// Creating a user, or changing one without overwriting what somebody else changed meanwhile.

import { openDialog, toast } from "../dialogs.js";
import { fill, h, icon } from "../dom.js";
import { alertLine, busy, checks, clearProblem, explain, field, showProblem } from "../form.js";
import { t } from "../i18n.js";
import { fieldName, sentence } from "../sentences.js";

/** @param id null = a new one */
export function openUserDialog({ api, me, can, everybody }, id, { onsaved, onclose }) {
  /** What the form began with, and the tag that says so. */
  let base = null;
  let etag = null;

  const username = field("username", t("field.username"), { autocomplete: "off", autocapitalize: "none", spellcheck: "false", hint: t("hint.username") });
  const fullName = field("full_name", t("field.full_name"), { autocomplete: "off" });
  const email = field("email", t("field.email"), { type: "email", autocomplete: "off", spellcheck: "false" });
  const password = id === me.id
    ? null
    : field("password", id === null ? t("field.password") : t("user.newPassword"),
      { type: "password", autocomplete: "new-password", hint: t(id === null ? "hint.password" : "hint.newPassword") });
  const roles = can("users.roles")
    && checks("roles", t("field.roles"), ["user", "admin"].map((one) => [one, t(`role.${one}`), t(`role.${one}.hint`)]));
  const fields = [username, fullName, email, roles, password].filter(Boolean);
  const line = alertLine();
  const news = h("div.news", { role: "status", hidden: true });
  const save = h("button.primary", { type: "submit" }, t(id === null ? "users.create" : "save"));

  const form = h("form", { novalidate: true, onsubmit: (event) => (event.preventDefault(), busy(save, submit)) },
    h("div.body", null, line.element, news, fields.map((one) => one.element)),
    h("footer", null, h("button.quiet", { type: "button", onclick: () => dialog.close() }, t("cancel")), save));
  const dialog = openDialog({
    kind: "sheet",
    title: t(id === null ? "users.create" : "users.editTitle"),
    content: form,
    onclose() {
      everybody.removeEventListener("event", hear);
      onclose();
    },
  });
  everybody.addEventListener("event", hear);
  if (id === null) {
    if (roles) roles.value = ["user"];
    username.focus();
  } else {
    form.inert = true;
    begin();
  }
  return dialog;

  async function begin() {
    try {
      await readBase();
      fillIn(base);
      form.inert = false;
      fullName.focus();
    } catch (problem) {
      dialog.close();
      toast(explain(problem), { look: "bad" });
    }
  }

  async function readBase() {
    const answer = await api.get(`/users/${id}`);
    base = answer.body;
    etag = answer.etag;
  }

  function fillIn(user) {
    username.value = user.username;
    fullName.value = user.full_name;
    email.value = user.email;
    if (roles) roles.value = user.roles;
  }

  function entered() {
    return {
      username: username.value,
      full_name: fullName.value || null,
      email: email.value || null,
      ...(roles && { roles: roles.value }),
    };
  }

  /** Only what was changed here. */
  function changes() {
    const now = entered();
    const changed = Object.fromEntries(Object.entries(now).filter(([name, value]) => !same(value, base[name])));
    return password?.value ? { ...changed, password: password.value } : changed;
  }

  async function submit() {
    clearProblem(fields, line);
    try {
      if (id === null) {
        const { body } = await api.post("/users", { ...entered(), password: password.value });
        toast(t("users.created", { user: body.username }), { look: "good" });
      } else {
        const changed = changes();
        if (Object.keys(changed).length) {
          await api.patch(`/users/${id}`, changed, etag);
          toast(t("users.saved", { user: username.value }), { look: "good" });
        }
      }
      dialog.close();
      onsaved();
    } catch (problem) {
      if (problem.status === 412) await explainConflict();
      else showProblem(problem, fields, line);
    }
  }

  // ---- somebody else was faster

  /** Told while the form is open: nothing typed is touched. */
  function hear({ detail: { event } }) {
    if (event.user_id !== id || base === null || event.by?.id === me.id) return;
    fill(news, icon("info"), h("p", null, sentence(event, me.id), " ", t("user.meanwhile"))).hidden = false;
  }

  /** Shows both values of each field that differs; what was typed stays until somebody chooses. */
  async function explainConflict() {
    const typed = changes();
    try {
      await readBase();
    } catch (problem) {
      showProblem(problem, fields, line);
      return;
    }
    const theirs = base;
    const places = { username, full_name: fullName, email, roles };
    // What was not typed here follows what is stored now.
    for (const [name, place] of Object.entries(places)) {
      if (place && !(name in typed)) place.value = theirs[name];
    }
    const differing = Object.keys(typed).filter((name) => places[name] && !same(typed[name], theirs[name]));
    const last = everybody.events?.find((event) => event.user_id === id);
    const rows = differing.map((name) => h("li", null,
      h("span", null, t("user.theirs", { field: fieldName(name) }), " ", h("strong", null, shown(name, theirs[name]))),
      h("button.plain", {
        type: "button",
        onclick: ({ currentTarget }) => {
          places[name].value = theirs[name];
          currentTarget.closest("li").remove();
          places[name].focus();
        },
      }, t("user.takeTheirs"))));
    fill(news, icon("warn"), h("div", null,
      h("p", null, h("strong", null, t("user.conflict")), " ", last && sentence(last, me.id)),
      h("p", null, t(rows.length ? "user.conflictMore" : "user.conflictFree")),
      h("ul", null, rows))).hidden = false;
    news.scrollIntoView({ block: "nearest" });
    save.focus();
  }

  function shown(name, value) {
    if (name === "roles") return value.map((one) => t(`role.${one}`)).join(", ");
    return value ?? t("user.empty");
  }
}

function same(a, b) {
  return JSON.stringify(Array.isArray(a) ? [...a].sort() : (a ?? null)) === JSON.stringify(Array.isArray(b) ? [...b].sort() : (b ?? null));
}
