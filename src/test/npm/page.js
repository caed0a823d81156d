// A page in a real browser; says each list item that is added to it.
"use strict";
const { chromium } = require("playwright-core");
const [executablePath, url] = process.argv.slice(2);
const say = (said) => console.log(JSON.stringify(said));

(async () => {
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  process.stdin.on("end", () => browser.close()).resume();
  const page = await browser.newPage();
  page.on("pageerror", (error) => say({ error: error.message }));
  await page.exposeFunction("tell", (item) => say({ item }));
  await page.addInitScript(() => {
    // Comes back as soon as it may.
    Math.random = () => 0;
    const items = (change) => [...change.addedNodes].filter((node) => node.nodeName === "LI");
    const told = (changes) => changes.flatMap(items).forEach((item) => tell(item.textContent));
    new MutationObserver(told).observe(document, { childList: true, subtree: true });
  });
  await page.goto(url);
})();
