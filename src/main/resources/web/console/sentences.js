// An event in one sentence.

import { t, tOrNull } from "./i18n.js";
import { dateTime } from "./format.js";

/** @param me id of who reads it */
export function sentence(event, me) {
  const mine = event.topic !== "users";
  const values = { by: actor(event, me), user: who(event), fields: fields(event) };
  return t(`event.${mine ? "mine" : "all"}.${kind(event)}`, values);
}

/** The same without naming the user: for the row of that user. */
export function change(event, me) {
  return t(`change.${kind(event)}`, { by: actor(event, me, ".inside"), fields: fields(event) });
}

/** @param where "" at the beginning of a sentence, ".inside" within it */
function actor({ by }, me, where = "") {
  if (by == null) return t(`by.system${where}`);
  if ("self" in by) return t(`by.${by.self ? "you" : "administrator"}${where}`);
  return by.id === me ? t(`by.you${where}`) : (by.username ?? t("user.number", { id: by.id }));
}

/** The name of one of a user's fields. */
export function fieldName(name) {
  return tOrNull(`field.${name}`) ?? name;
}

/** What happened, as an icon. */
export function iconOf(event) {
  return { created: "plus", deleted: "bin", disabled: "pause", enabled: "play", restored: "undo", password: "key" }[kind(event)]
    ?? "pencil";
}

function kind(event) {
  if (event.redacted) return "redacted";
  const { status, roles } = event.changes ?? {};
  switch (event.event) {
    case "user_created": return "created";
    case "user_deleted": return "deleted";
    case "password_changed": return "password";
    case "user_updated":
      if (status === "disabled") return "disabled";
      if (status === "active" && event.before?.status === "deleted") return "restored";
      if (status === "active") return "enabled";
      return roles && Object.keys(event.changes).length === 1 ? "roles" : "updated";
    default: return "other";
  }
}

function fields({ changes = {}, at }) {
  const names = Object.keys(changes).map(fieldName);
  return names.length ? names.join(", ") : dateTime(at);
}

function who(event) {
  return event.data?.username ?? event.username ?? event.before?.username ?? t("user.number", { id: event.user_id });
}
