// @ts-check
// What an administrator may do with a user: the buttons, their questions and their requests.

import { promptChoice, toast } from "../../dialogs.js";
import { h, icon } from "../../dom.js";
import { problemText } from "../../form.js";
import { t } from "../../i18n.js";

/** @import { Api, Response } from "../../api.js" */
/** @import { IconName } from "../../dom.js" */

/**
 * Makes the buttons of a user, as far as the permissions of `me` allow.
 *
 * @param {object} options
 * @param {Api} options.api
 * @param {CurrentUser} options.me
 * @param {(user: User) => void} options.onedit
 * @param {() => void} options.onchange after each request
 * @returns {(user: User) => Child[]}
 */
export function userActions({ api, me, onedit, onchange }) {
  const canWrite = me.permissions.includes("users.write");
  const canDelete = me.permissions.includes("users.delete");

  /** @param {User} user */
  function buttons(user) {
    const isMe = user.id === me.id;
    if (user.status === "deleted") return [canWrite && button("restore", "undo", user, restore)];
    return [
      canWrite && button("edit", "pencil", user, onedit),
      canWrite && !isMe && user.status === "disabled" && button("enable", "play", user, enable),
      canWrite && !isMe && user.status === "active" && button("disable", "pause", user, disable),
      canDelete && !isMe && button("delete", "bin", user, remove),
    ];
  }

  /** @param {User} user */
  function enable({ id, username }) {
    return report(api.post(`/users/${id}/enable`), t("users.enabled", { user: username }));
  }

  /** @param {User} user */
  function restore({ id, username }) {
    return report(api.post(`/users/${id}/restore`), t("users.restored", { user: username }));
  }

  /** @param {User} user */
  async function disable({ id, username }) {
    const confirmed = await promptChoice({
      title: t("users.disableOne", { user: username }),
      text: t("users.disableText"),
      choices: [[true, t("users.disable"), "danger"]],
    });
    if (confirmed) await report(api.post(`/users/${id}/disable`), t("users.disabled", { user: username }));
  }

  /** @param {User} user */
  async function remove(user) {
    const mode = await promptChoice({
      title: t("users.deleteOne", { user: user.username }),
      text: [t("users.deleteSoftText"), t("users.deleteHardText")],
      choices: [
        ["hard", t("users.deleteHard"), "danger"],
        ["soft", t("users.deleteSoft"), "primary"],
      ],
    });
    if (mode === null) return;
    const deletion = api.delete(`/users/${user.id}?mode=${mode}`);
    const text = t("users.deleted", { user: user.username });
    await report(deletion, text, mode === "soft" ? [t("users.undo"), () => restore(user)] : null);
  }

  /**
   * @param {Promise<Response>} request
   * @param {string} success
   * @param {[label: string, work: () => void] | null} action
   */
  async function report(request, success, action = null) {
    try {
      await request;
      toast(success, { kind: "good", action });
    } catch (problem) {
      toast(problemText(problem), { kind: "bad" });
    }
    onchange();
  }

  return buttons;
}

/**
 * @param {string} action
 * @param {IconName} picture
 * @param {User} user
 * @param {(user: User) => void} work
 */
function button(action, picture, user, work) {
  return h(
    "button.quiet.icon-only",
    {
      type: "button",
      "data-action": action,
      title: t(`users.${action}`),
      "aria-label": t(`users.${action}One`, { user: user.username }),
      onclick: () => work(user),
    },
    icon(picture),
  );
}
