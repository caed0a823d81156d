// @ts-check
// Builds the page. Text always becomes a text node, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element: `h("button.primary", { type: "button", onclick: save }, "Save")`. A property that starts with "on" is a
 * listener, every other one an attribute: true is present without a value, false and null are absent.
 *
 * @template {string} S
 * @param {S} selector tag and classes
 * @param {Record<string, any> | null} [properties]
 * @param {Child[]} children nodes, texts and lists of them; null, false and "" are left out
 * @returns {ElementOf<S>}
 */
export function h(selector, properties, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") /** @type {HTMLInputElement} */ (element).value = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  setChildren(element, ...children);
  return /** @type {ElementOf<S>} */ (/** @type {unknown} */ (element));
}

/**
 * Replaces all children.
 *
 * @template {Element} E
 * @param {E} element
 * @param {Child[]} children
 * @returns {E}
 */
export function setChildren(element, ...children) {
  /** @type {Exclude<Child, Child[]>[]} */
  const flat = /** @type {any[]} */ (children).flat(Infinity);
  element.replaceChildren(
    ...flat
      .filter((child) => child != null && child !== false && child !== "")
      .map((child) => /** @type {Node} */ (child)),
  );
  return element;
}

/**
 * Sets the text only if it differs: screen readers announce every change.
 *
 * @template {HTMLElement} E
 * @param {E} element
 * @param {string} text
 * @returns {E}
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
  return element;
}

/**
 * Listens to an event; the returned function ends that.
 *
 * @template [T=any]
 * @param {EventTarget} target
 * @param {string} type
 * @param {(detail: T) => void} listener receives the `detail` of the event
 */
export function listen(target, type, listener) {
  /** @param {Event} event */
  const handler = (event) => listener(/** @type {CustomEvent<T>} */ (event).detail);
  target.addEventListener(type, handler);
  return () => target.removeEventListener(type, handler);
}

/**
 * Runs `start` when the element becomes visible: it has a size and the browser shows the tab. What `start` returns runs when
 * that ends, and when the returned function is called.
 *
 * @param {HTMLElement} element
 * @param {() => () => void} start
 */
export function whileVisible(element, start) {
  /** @type {(() => void) | null} */
  let stop = null;
  const check = () => {
    const visible = document.visibilityState === "visible" && element.checkVisibility();
    if (visible) stop ??= start();
    else end();
  };
  const end = () => {
    stop?.();
    stop = null;
  };
  const observer = new ResizeObserver(check);
  observer.observe(element);
  const unlisten = listen(document, "visibilitychange", check);
  return () => {
    observer.disconnect();
    unlisten();
    end();
  };
}

let lastId = 0;

/**
 * An id that no other element of the page has.
 *
 * @param {string} prefix
 */
export function uniqueId(prefix) {
  return `${prefix}-${++lastId}`;
}

// 20 x 20, drawn with lines.
const ICONS = {
  prices: "M3 14l4-5 3 3 6-7M12 5h4v4",
  users:
    "M8 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 3.4a3 3 0 0 1 0 5.2M15 12.4c1.6.8 2.5 2.5 2.5 4.6",
  bell: "M10 3a5 5 0 0 0-5 5c0 4-1.5 5-1.5 5.5h13C16.5 13 15 12 15 8a5 5 0 0 0-5-5M8.3 16.5a2 2 0 0 0 3.4 0",
  devices: "M3 4h11v8H3zM1.5 15H9M12 9h6v8h-6z",
  book: "M4 3.5h9.5a2 2 0 0 1 2 2V17H6a2 2 0 0 1-2-2zM4 15a2 2 0 0 1 2-2h9.5",
  out: "M8 4H4v12h4M9 10h8M14 7l3 3-3 3",
  plus: "M10 4v12M4 10h12",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13 13l4 4",
  close: "M5 5l10 10M15 5L5 15",
  pencil: "M4 16l.8-3.5L13.5 3.800l2.700 2.700L7.5 15.200z",
  pause: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M4.800 4.800l10.4 10.4",
  play: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M6.5 10l2.5 2.5 4.5-5",
  bin: "M4 6h12M8 6V3.5h4V6M5.5 6l.8 10.5h7.4L14.5 6",
  undo: "M4 8h8a4 4 0 0 1 0 8H7M7 5L4 8l3 3",
  up: "M10 5l5 8H5z",
  down: "M10 15l5-8H5z",
  even: "M5 10h10",
  warn: "M10 3l7.5 13.5h-15zM10 8v4M10 14.200v.3",
  info: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M10 9v5M10 6.200v.3",
  key: "M7 13a3.5 3.5 0 1 1 3.200-5H17v3h-2v2h-2.5v-2h-2.3A3.5 3.5 0 0 1 7 13M7 9.5v.1",
  hold: "M7 5v10M13 5v10",
  resume: "M7 4.5l8 5.5-8 5.5z",
  left: "M12 4l-6 6 6 6",
  right: "M8 4l6 6-6 6",
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * A decorative icon; screen readers skip it.
 *
 * @param {IconName} name
 */
export function icon(name, filled = false) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", filled ? "icon filled" : "icon");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
