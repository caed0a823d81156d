// A small line of past prices. Positions are drawn from numbers; what is read comes from the exact text.

import uPlot from "./vendor/uplot/uPlot.esm.js";
import { h } from "./dom.js";

const HEIGHT = 72;
const KEPT = 500;

export class Chart {
  #points = [];
  #plot = null;
  #observer;
  element = h("div.chart", { role: "img" });

  /** @param onpoint hears the point under the pointer, null when there is none: `{ at, price }` */
  constructor(onpoint) {
    this.#observer = new ResizeObserver(([{ contentRect }]) => this.#fit(contentRect.width));
    this.#observer.observe(this.element);
    this.onpoint = onpoint;
  }

  get points() {
    return this.#points;
  }

  /** @param points oldest first; `at` in milliseconds, `price` a decimal string */
  set(points) {
    this.#points = points.slice(-KEPT);
    this.#draw();
  }

  add(point) {
    if (point.at <= (this.#points.at(-1)?.at ?? 0)) return;
    this.set([...this.#points, point]);
  }

  close() {
    this.#observer.disconnect();
    this.#plot?.destroy();
  }

  #fit(width) {
    if (width === 0) return;
    if (this.#plot) this.#plot.setSize({ width, height: HEIGHT });
    else this.#plot = new uPlot(this.#options(width), this.#data(), this.element);
  }

  #draw() {
    this.#plot?.setData(this.#data());
  }

  #data() {
    return [this.#points.map((point) => point.at / 1000), this.#points.map((point) => Number(point.price))];
  }

  #options(width) {
    const colour = (name) => () => getComputedStyle(this.element).getPropertyValue(name);
    return {
      width,
      height: HEIGHT,
      padding: [6, 2, 6, 2],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      cursor: { y: false, drag: { setScale: false, x: false }, points: { size: 7 } },
      series: [{}, { stroke: colour("--line"), fill: colour("--line-fill"), width: 1.5, points: { show: false } }],
      hooks: { setCursor: [({ cursor }) => this.onpoint(this.#points[cursor.idx] ?? null)] },
    };
  }
}
