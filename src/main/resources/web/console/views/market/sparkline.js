// @ts-check
// A small line of past prices. It is decorative: the text beside it has the price and its change.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 96;
const HEIGHT = 32;

/** Leaves room for the width of the line. */
const MARGIN = 2;

export class Sparkline {
  #path = document.createElementNS(SVG, "path");
  /** @type {number[]} */
  #prices = [];
  element = document.createElementNS(SVG, "svg");

  constructor() {
    this.element.setAttribute("class", "sparkline");
    this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("aria-hidden", "true");
    this.element.append(this.#path);
  }

  get loaded() {
    return this.#prices.length > 0;
  }

  /** @param {string[]} prices oldest first */
  set(prices) {
    this.#prices = prices.map(Number);
  }

  /** @param {string} latest the current price, which ends the line */
  draw(latest) {
    if (!this.loaded) return;
    const prices = [...this.#prices, Number(latest)];
    const low = Math.min(...prices);
    const range = Math.max(...prices) - low;
    const points = prices.map((price, i) => {
      const x = (i / (prices.length - 1)) * WIDTH;
      const y = range === 0 ? HEIGHT / 2 : HEIGHT - MARGIN - ((price - low) / range) * (HEIGHT - 2 * MARGIN);
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    });
    this.#path.setAttribute("d", `M${points.join("L")}`);
    this.element.dataset.is = prices[0] < prices[prices.length - 1] ? "up" : "down";
  }
}
