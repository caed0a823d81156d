// @ts-check
// Opens a page in Chromium and reports each list item that is added to it, as a line of JSON.
"use strict";
const { chromium } = require("playwright-core");
const [executablePath, url] = process.argv.slice(2);

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @param {object} message */
const report = (message) => console.log(JSON.stringify(message));

async function main() {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  process.stdin.on("end", () => browser.close()).resume();
  const page = await browser.newPage();
  page.on("pageerror", (error) => report({ error: error.message }));
  await page.exposeFunction("reportItem", (/** @type {string} */ item) => report({ item }));
  await page.addInitScript(() => {
    // The page then reconnects after its shortest delay.
    Math.random = () => 0;
    const observer = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          if (node.nodeName === "LI") /** @type {any} */ (globalThis).reportItem(node.textContent);
        }
      }
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await page.goto(url);
}

main();
