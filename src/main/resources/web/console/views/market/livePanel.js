// @ts-check
// The frame of a panel with data of a topic: its title, how current it is, a button that pauses it, and a note while it has
// no data. The topic is subscribed to while the panel is visible.

import { h, icon, listen, setChildren, setText, uniqueId, whileVisible } from "../../dom.js";
import { t, tOrNull } from "../../i18n.js";

/** @import { SymbolTopic } from "../../symbolTopic.js" */

export class LivePanel {
  #name;
  #onchange;
  /** @type {SymbolTopic<any> | null} */
  #source = null;
  #paused = false;
  #state = h("span.age");
  #note = h("p.note-on-panel");
  #pause = h("button.quiet.icon-only", { type: "button", onclick: () => this.#togglePause() });
  #stop = () => {};
  element;

  /**
   * @param {"book" | "trades"} name
   * @param {HTMLElement[]} content
   * @param {() => void} onchange the data has changed and the panel is not paused
   */
  constructor(name, content, onchange) {
    this.#name = name;
    this.#onchange = onchange;
    const id = uniqueId(name);
    this.element = h(
      `section.live.${name}`,
      { "aria-labelledby": id },
      h("header", null, h("h3", { id }, t(`${name}.title`)), this.#state, this.#pause),
      content,
      this.#note,
    );
    this.#renderPause();
  }

  /** @param {SymbolTopic<any>} source */
  show(source) {
    this.#stop();
    this.#source = source;
    const unlisten = listen(source, "change", () => this.#changed());
    const unfollow = whileVisible(this.element, () => {
      source.open();
      return () => source.close();
    });
    this.#stop = () => {
      unlisten();
      unfollow();
    };
    this.#paused = false;
    this.#renderPause();
    this.#onchange();
  }

  close() {
    this.#stop();
  }

  /**
   * No screen reader announces the note: the next symbol would change it.
   *
   * @param {boolean} empty whether there is no data
   */
  renderNote(empty) {
    const { refusal = null } = this.#source ?? {};
    const text = refusal === null ? t(`${this.#name}.loading`) : (tOrNull(`problem.${refusal}`) ?? t("live.refused"));
    setText(this.#note, empty || refusal !== null ? text : "");
  }

  /**
   * @param {string} text how current the data is
   * @param {boolean} stale whether the exchange's data is interrupted
   */
  renderState(text, stale) {
    const { classList } = this.element;
    classList.toggle("paused", this.#paused);
    classList.toggle("stale", stale && !this.#paused);
    setText(this.#state, this.#paused ? t("live.paused") : text);
  }

  #changed() {
    if (!this.#paused) this.#onchange();
  }

  #togglePause() {
    this.#paused = !this.#paused;
    this.#renderPause();
    this.renderState("", false);
    this.#changed();
  }

  #renderPause() {
    const label = t(this.#paused ? "live.resume" : "live.pause", { panel: t(`${this.#name}.title`) });
    this.#pause.setAttribute("aria-label", label);
    this.#pause.title = label;
    setChildren(this.#pause, icon(this.#paused ? "resume" : "hold", this.#paused));
  }
}
