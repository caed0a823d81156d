// Plays the scenarios that ConsoleTest names, one JSON object a line in and out. Chromium is started once.
"use strict";
const fs = require("fs");
const path = require("path");
const readline = require("readline");
const { chromium } = require("playwright-core");
const { Stage } = require("./stage");

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const scenarios = Object.assign({}, ...fs.readdirSync(__dirname)
  .filter((file) => file.endsWith(".scenarios.js"))
  .map((file) => require(path.join(__dirname, file))));

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const hear = async () => {
  const { value, done } = await lines.next();
  return done ? null : JSON.parse(value);
};

/** Asks the test for what only it can do, for example to stop the node. */
async function please(deed) {
  say({ do: deed });
  await hear();
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  for (let line = await hear(); line !== null; line = await hear()) {
    if (line.list) {
      say({ scenarios: Object.keys(scenarios) });
      continue;
    }
    const stage = new Stage(browser, please);
    try {
      if (!(line.play in scenarios)) throw new Error(`there is no scenario "${line.play}"`);
      await scenarios[line.play](stage);
      stage.assertNoTrouble();
      say({ passed: true });
    } catch (failure) {
      await stage.picture("failed " + line.play);
      say({ failed: failure.stack + "\n" + stage.troubles.join("\n") });
    } finally {
      await stage.close();
    }
  }
  await browser.close();
})();
