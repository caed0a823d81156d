// @ts-check
// Describes an event in one sentence.

import { dateTime } from "./format.js";
import { t, tOrNull } from "./i18n.js";

/** @import { IconName } from "./dom.js" */

/**
 * @param {UserEvent} event
 * @param {number} readerId id of the user who reads the text
 */
export function eventText(event, readerId) {
  const scope = event.topic === "users" ? "all" : "mine";
  const values = { by: actorName(event, readerId), user: userName(event), fields: fieldNames(event) };
  return t(`event.${scope}.${eventKind(event)}`, values);
}

/**
 * The same without the name of the user, for the row of that user.
 *
 * @param {UserEvent} event
 * @param {number} readerId
 */
export function changeText(event, readerId) {
  return t(`change.${eventKind(event)}`, { by: actorName(event, readerId, ".inside"), fields: fieldNames(event) });
}

/**
 * The label of a field of a user.
 *
 * @param {string} name
 */
export function fieldLabel(name) {
  return tOrNull(`field.${name}`) ?? name;
}

/** @type {Record<string, IconName>} */
const ICONS = {
  created: "plus",
  deleted: "bin",
  disabled: "pause",
  enabled: "play",
  restored: "undo",
  password: "key",
};

/** @param {UserEvent} event */
export function eventIcon(event) {
  return ICONS[eventKind(event)] ?? "pencil";
}

/** @param {UserEvent} event */
function eventKind(event) {
  if (event.redacted) return "redacted";
  const { status, roles } = event.changes ?? {};
  switch (event.event) {
    case "user_created":
      return "created";
    case "user_deleted":
      return "deleted";
    case "password_changed":
      return "password";
    case "user_updated":
      if (status === "disabled") return "disabled";
      if (status === "active" && event.before?.status === "deleted") return "restored";
      if (status === "active") return "enabled";
      return roles && Object.keys(event.changes ?? {}).length === 1 ? "roles" : "updated";
    default:
      return "other";
  }
}

/**
 * @param {UserEvent} event
 * @param {number} readerId
 * @param {"" | ".inside"} place "" at the beginning of a sentence, ".inside" within it
 */
function actorName({ by }, readerId, place = "") {
  if (by == null) return t(`by.system${place}`);
  if ("self" in by) return t(`by.${by.self ? "you" : "administrator"}${place}`);
  if (by.id === readerId) return t(`by.you${place}`);
  return t(`by.user${place}`, { name: by.username ?? t("user.number", { id: by.id }) });
}

/** @param {UserEvent} event */
function fieldNames({ changes = {}, at }) {
  const names = Object.keys(changes).map(fieldLabel);
  return names.length ? names.join(", ") : dateTime(at);
}

/** @param {UserEvent} event */
function userName(event) {
  return event.data?.username ?? event.username ?? event.before?.username ?? t("user.number", { id: event.user_id });
}
