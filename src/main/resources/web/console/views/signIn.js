// @ts-check
// The sign-in page. After an expired session the address stays, so that the same view opens again.

import { h, icon } from "../dom.js";
import { alertBox, clearProblem, runBusy, showProblem, textField } from "../form.js";
import { t } from "../i18n.js";
import { brand, documentationLinks, languageSwitch } from "../shell.js";

/** @import { Session } from "../session.js" */

/**
 * @param {Session} session
 * @param {string | null} note text key of the reason why the user must sign in again
 * @returns {View}
 */
export function signInView(session, note) {
  const username = textField("username", t("field.username"), {
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
  });
  const password = textField("password", t("field.password"), {
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  const fields = [username, password];
  const alert = alertBox();
  const submit = h("button.primary", { type: "submit" }, t("signIn.submit"));

  /** @param {Event} event */
  function onsubmit(event) {
    event.preventDefault();
    runBusy(submit, signIn);
  }

  async function signIn() {
    clearProblem(fields, alert);
    const empty = fields.filter((field) => field.value === "");
    empty.forEach((field) => field.setError(t("error.required")));
    empty[0]?.focus();
    if (empty.length) return;
    try {
      await session.signIn(username.value, password.value);
    } catch (problem) {
      showProblem(problem, fields, alert);
      password.value = "";
      password.focus();
    }
  }

  const form = h("form", { novalidate: true, onsubmit }, alert.element, username.element, password.element, submit);
  const element = h(
    "div.sign-in",
    null,
    h("header", null, brand(), languageSwitch()),
    h(
      "main.card",
      null,
      h("h1", null, t("signIn.title")),
      note ? h("p.note", { role: "status" }, icon("info"), t(note)) : h("p.lead", null, t("signIn.lead")),
      form,
      h("p.hint", null, t("signIn.forgotten")),
    ),
    documentationLinks(),
  );
  return { element };
}
