// Signing in; also where somebody lands whose session ended, at the address of the view that was open.

import { h, icon } from "../dom.js";
import { alertLine, busy, clearProblem, field, showProblem } from "../form.js";
import { t } from "../i18n.js";
import { brand, docs, languageChoice } from "../shell.js";

/** @param note why it is asked, or null */
export function signInView({ session }, note) {
  const username = field("username", t("field.username"),
    { autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
  const password = field("password", t("field.password"),
    { type: "password", autocomplete: "current-password", required: true });
  const fields = [username, password];
  const line = alertLine();
  const submit = h("button.primary", { type: "submit" }, t("signIn.submit"));

  const form = h("form", { novalidate: true, onsubmit: (event) => (event.preventDefault(), busy(submit, signIn)) },
    line.element, username.element, password.element, submit);

  async function signIn() {
    clearProblem(fields, line);
    const empty = fields.filter((one) => one.value === "");
    empty.forEach((one) => one.error(t("error.required")));
    empty[0]?.focus();
    if (empty.length) return;
    try {
      await session.signIn(username.value, password.value);
    } catch (problem) {
      showProblem(problem, fields, line);
      password.value = "";
      password.focus();
    }
  }

  const element = h("div.sign-in", null,
    h("header", null, brand(), languageChoice()),
    h("main.card", null,
      h("h1", null, t("signIn.title")),
      note ? h("p.note", { role: "status" }, icon("info"), note) : h("p.lead", null, t("signIn.lead")),
      form,
      h("p.hint", null, t("signIn.forgotten"))),
    docs());
  return { element, focus: () => username.focus() };
}
