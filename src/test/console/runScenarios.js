// @ts-check
// Runs the scenarios that ConsoleTest requests, one JSON object per line in both directions, in one Chromium process.
"use strict";
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

const input = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** @param {object} message */
function write(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function read() {
  const { value, done } = await input.next();
  return done ? null : JSON.parse(value);
}

/**
 * Has the test run what only its process can do, for example stop the node.
 *
 * @param {string} action
 */
async function runInTest(action) {
  write({ action });
  await read();
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} name
 */
async function run(browser, name) {
  const fixture = new Fixture(browser, runInTest);
  try {
    await scenarios[name](fixture);
    fixture.expectNoErrors();
    return { passed: true };
  } catch (failure) {
    await fixture.screenshot(`failed ${name}`);
    return { failed: [/** @type {Error} */ (failure).stack, ...fixture.errors].join("\n") };
  } finally {
    await fixture.close();
  }
}

async function main() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  for (let command = await read(); command !== null; command = await read()) {
    write(command.run ? await run(browser, command.run) : { scenarios: Object.keys(scenarios) });
  }
  await browser.close();
}

main();
