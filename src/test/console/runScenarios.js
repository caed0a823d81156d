// @ts-check
// Runs all scenarios in one Chromium process and writes one JSON object per line to ConsoleTest: the names of the scenarios,
// the result of each, and actions that ConsoleTest runs, which it answers with one line.
// SCENARIOS is a regular expression of the names to run.
"use strict";
const { once } = require("node:events");
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const { chromium } = require("playwright-core");
const { Fixture } = require("./fixture");

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @type {Record<string, import("./fixture").Scenario>} */
const scenarios = Object.assign(
  {},
  ...fs
    .readdirSync(__dirname)
    .filter((file) => file.endsWith(".scenarios.js"))
    .map((file) => require(path.join(__dirname, file))),
);

const input = readline.createInterface({ input: process.stdin });

/** The action that runs at the moment. */
let action = Promise.resolve();

/** @param {object} message */
function write(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/**
 * Has the test run what only its process can do, for example stop the node.
 *
 * @param {string} name
 */
function runInTest(name) {
  action = action.then(async () => {
    const done = once(input, "line");
    write({ action: name });
    await done;
  });
  return action;
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} name
 */
async function run(browser, name) {
  const fixture = new Fixture(browser, runInTest);
  const start = performance.now();
  const result = await outcome(fixture, name);
  await fixture.close();
  write({ scenario: name, ms: Math.round(performance.now() - start), ...result });
}

/**
 * @param {Fixture} fixture
 * @param {string} name
 */
async function outcome(fixture, name) {
  try {
    await scenarios[name](fixture);
    fixture.expectNoErrors();
    return {};
  } catch (failure) {
    await fixture.screenshot(`failed ${name}`);
    return { failed: [/** @type {Error} */ (failure).stack, ...fixture.errors].join("\n") };
  }
}

async function main() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  input.on("close", () => browser.close());
  const chosen = new RegExp(process.env.SCENARIOS ?? "");
  const names = Object.keys(scenarios).filter((name) => chosen.test(name));
  write({ scenarios: names });
  for (const name of names) await run(browser, name);
}

main();
