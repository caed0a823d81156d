// @ts-check
// The dialog that creates or edits a user. A change by another administrator is never overwritten unseen.

import { Problem } from "../../api.js";
import { openDialog, toast } from "../../dialogs.js";
import { h, icon, listen, setChildren } from "../../dom.js";
import { eventText } from "../../eventText.js";
import { alertBox, checkboxGroup, clearProblem, problemText, runBusy, showProblem, textField } from "../../form.js";
import { t } from "../../i18n.js";
import { conflictNotice, isSame } from "./userConflict.js";

/** @import { Api } from "../../api.js" */
/** @import { EventFeed } from "../../eventFeed.js" */
/** @import { Field } from "../../form.js" */

/**
 * @param {object} options
 * @param {Api} options.api
 * @param {CurrentUser} options.me
 * @param {EventFeed} options.userEvents
 * @param {number | null} options.id null creates a user
 * @param {() => void} options.onsave
 * @param {() => void} options.onclose
 */
export function userDialog({ api, me, userEvents, id, onsave, onclose }) {
  const isNew = id === null;
  /** The user as the form was filled, and the ETag of that version. */
  /** @type {User | null} */
  let base = null;
  /** @type {string | null} */
  let etag = null;

  const username = textField("username", t("field.username"), {
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    hint: t("hint.username"),
  });
  const fullName = textField("full_name", t("field.full_name"), { autocomplete: "off" });
  const email = textField("email", t("field.email"), { type: "email", autocomplete: "off", spellcheck: "false" });
  const roles = me.permissions.includes("users.roles") ? rolesField() : null;
  // To change one's own password, the API requires the current one.
  const password = id === me.id ? null : passwordField(isNew);
  /** @type {Field<any>[]} */
  const fields = [username, fullName, email, roles, password].filter((field) => field !== null);
  const alert = alertBox();
  const notice = h("div.notice", { role: "status", hidden: true });
  const save = h("button.primary", { type: "submit" }, t(isNew ? "users.create" : "save"));
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit(/** @type {Event} */ event) {
        event.preventDefault();
        runBusy(save, submit);
      },
    },
    h(
      "div.body",
      null,
      alert.element,
      notice,
      fields.map((field) => field.element),
    ),
    h("footer", null, h("button.quiet", { type: "button", onclick: () => dialog.close() }, t("cancel")), save),
  );
  const stop = listen(userEvents, "event", ({ event }) => onUserEvent(event));
  const dialog = openDialog({
    kind: "sheet",
    title: t(isNew ? "users.create" : "users.editTitle"),
    content: form,
    onclose() {
      stop();
      onclose();
    },
  });
  if (isNew) {
    if (roles) roles.value = ["user"];
    username.focus();
  } else {
    form.inert = true;
    edit();
  }
  return dialog;

  async function edit() {
    try {
      const user = await load();
      username.value = user.username;
      fullName.value = user.full_name ?? "";
      email.value = user.email ?? "";
      if (roles) roles.value = user.roles;
      form.inert = false;
      fullName.focus();
    } catch (problem) {
      dialog.close();
      toast(problemText(problem), { kind: "bad" });
    }
  }

  /** @returns {Promise<User>} */
  async function load() {
    const response = await api.get(`/users/${id}`);
    base = response.body;
    etag = response.etag;
    return response.body;
  }

  /** @returns {UserFields} */
  function entered() {
    return {
      username: username.value,
      full_name: fullName.value || null,
      email: email.value || null,
      ...(roles && { roles: roles.value }),
    };
  }

  /**
   * The fields that differ from the loaded user, and a password if there is one.
   *
   * @returns {UserFields}
   */
  function changes() {
    /** @type {Record<string, unknown>} */
    const loaded = { ...base };
    const changed = Object.entries(entered()).filter(([name, value]) => !isSame(value, loaded[name]));
    return { ...Object.fromEntries(changed), ...(password?.value && { password: password.value }) };
  }

  async function submit() {
    clearProblem(fields, alert);
    try {
      if (isNew) await create();
      else await update(changes());
      dialog.close();
      onsave();
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 412) await resolveConflict();
      else showProblem(problem, fields, alert);
    }
  }

  async function create() {
    const { body } = await api.post("/users", { ...entered(), password: password?.value });
    toast(t("users.created", { user: body.username }), { kind: "good" });
  }

  /** @param {UserFields} changed */
  async function update(changed) {
    if (Object.keys(changed).length === 0) return;
    await api.patch(`/users/${id}`, changed, etag);
    toast(t("users.saved", { user: username.value }), { kind: "good" });
  }

  /**
   * Announces a change by another administrator; the form stays as it is.
   *
   * @param {UserEvent} event
   */
  function onUserEvent(event) {
    const isMine = event.by && "id" in event.by && event.by.id === me.id;
    if (event.user_id !== id || base === null || isMine) return;
    setChildren(notice, icon("info"), h("p", null, eventText(event, me.id), " ", t("user.changed")));
    notice.hidden = false;
  }

  /** Fields that were not edited take the stored value; for the others the user chooses. */
  async function resolveConflict() {
    const edited = changes();
    /** @type {User} */
    let stored;
    try {
      stored = await load();
    } catch (problem) {
      showProblem(problem, fields, alert);
      return;
    }
    /** @type {Record<string, Field<any> | null>} */
    const userFields = { username, full_name: fullName, email, roles };
    const lastEvent = userEvents.events?.find((event) => event.user_id === id);
    const cause = lastEvent ? eventText(lastEvent, me.id) : "";
    setChildren(notice, icon("warn"), conflictNotice(userFields, edited, stored, cause));
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
    save.focus();
  }
}

function rolesField() {
  return checkboxGroup(
    "roles",
    t("field.roles"),
    ["user", "admin"].map((role) => [role, t(`role.${role}`), t(`role.${role}.hint`)]),
  );
}

/** @param {boolean} isNew */
function passwordField(isNew) {
  return textField("password", t(isNew ? "field.password" : "user.newPassword"), {
    type: "password",
    autocomplete: "new-password",
    hint: t(isNew ? "hint.password" : "hint.newPassword"),
  });
}
