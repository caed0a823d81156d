// @ts-check
// A line chart of past prices. Numbers place the points; the shown price is the exact text.

import uPlot from "./vendor/uplot/uPlot.esm.js";
import { h } from "./dom.js";

const HEIGHT = 72;
const MAX_POINTS = 500;

/** @typedef {{ at: number, price: string }} Point `at` in milliseconds since 1970, `price` an exact decimal */

export class Chart {
  /** @type {Point[]} */
  #points = [];
  /** @type {any} */
  #plot = null;
  #observer;
  #onpoint;
  element = h("div.chart", { role: "img" });

  /** @param {(point: Point | null) => void} onpoint receives the point under the pointer, or null */
  constructor(onpoint) {
    this.#onpoint = onpoint;
    this.#observer = new ResizeObserver(([{ contentRect }]) => this.#resize(contentRect.width));
    this.#observer.observe(this.element);
  }

  get points() {
    return this.#points;
  }

  /** @param {Point[]} points oldest first */
  set(points) {
    this.#points = points.slice(-MAX_POINTS);
    this.#plot?.setData(this.#data());
  }

  /** @param {Point} point ignored if it is not the newest one */
  add(point) {
    if (point.at > (this.#points.at(-1)?.at ?? 0)) this.set([...this.#points, point]);
  }

  close() {
    this.#observer.disconnect();
    this.#plot?.destroy();
  }

  /** @param {number} width */
  #resize(width) {
    if (width === 0) return;
    if (this.#plot) this.#plot.setSize({ width, height: HEIGHT });
    else this.#plot = new /** @type {any} */ (uPlot)(this.#options(width), this.#data(), this.element);
  }

  #data() {
    return [this.#points.map((point) => point.at / 1000), this.#points.map((point) => Number(point.price))];
  }

  /** @param {number} width */
  #options(width) {
    /** @param {string} property */
    const colour = (property) => () => getComputedStyle(this.element).getPropertyValue(property);
    return {
      width,
      height: HEIGHT,
      padding: [6, 2, 6, 2],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      cursor: { y: false, drag: { setScale: false, x: false }, points: { size: 7 } },
      series: [{}, { stroke: colour("--line"), fill: colour("--line-fill"), width: 1.5, points: { show: false } }],
      hooks: {
        setCursor: [
          (/** @type {{ cursor: { idx: number | null } }} */ { cursor }) =>
            this.#onpoint(this.#points[cursor.idx ?? -1] ?? null),
        ],
      },
    };
  }
}
