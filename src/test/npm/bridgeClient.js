// @ts-check
// Runs the unmodified event-bus bridge client: reads commands and reports its callbacks as lines of JSON.
"use strict";
const readline = require("node:readline");
// @ts-expect-error: the package has no types
const EventBus = require("@vertx/eventbus-bridge-client.js");
const [url, transport] = process.argv.slice(2);

/** @type {any} */
let bus;

/** @param {object} message */
const report = (message) => console.log(JSON.stringify(message));

/** @type {Record<string, (command: any) => void>} */
const commands = {
  open() {
    bus = new EventBus(url, { transports: [transport] });
    bus.onopen = () => report({ open: bus.sockJSConn.transport });
    bus.onclose = (/** @type {CloseEvent} */ { code }) => report({ closed: code });
    bus.onerror = (/** @type {object} */ error) => report({ error });
  },
  close: () => bus.close(),
  register: ({ address, headers }) =>
    bus.registerHandler(address, headers, (/** @type {any} */ refusal, /** @type {any} */ frame) =>
      report({ address, refusal, body: frame?.body }),
    ),
  unregister: ({ address }) => bus.unregisterHandler(address, bus.handlers[address][0]),
  send: ({ address, headers, body }) =>
    bus.send(address, body, headers, (/** @type {any} */ refusal) => report({ address, reply: refusal })),
  publish: ({ address, headers, body }) => bus.publish(address, body, headers),
};

readline
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    commands[command.do](command);
  })
  .on("close", () => process.exit(0));
