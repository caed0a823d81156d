// The unmodified client of the event bus bridge, told what to do by lines of JSON; says what it hears in the same way.
"use strict";
const EventBus = require("@vertx/eventbus-bridge-client.js");
const [url, transport] = process.argv.slice(2);
const say = (said) => console.log(JSON.stringify(said));
let bus;

const commands = {
  open() {
    bus = new EventBus(url, { transports: [transport] });
    bus.onopen = () => say({ open: bus.sockJSConn.transport });
    bus.onclose = (end) => say({ closed: end.code });
    bus.onerror = (error) => say({ error });
  },
  close: () => bus.close(),
  register: ({ address, headers }) =>
    bus.registerHandler(address, headers, (refusal, frame) => say({ address, refusal, body: frame?.body })),
  unregister: ({ address }) => bus.unregisterHandler(address, bus.handlers[address][0]),
  send: ({ address, headers, body }) => bus.send(address, body, headers, (refusal) => say({ address, reply: refusal })),
  publish: ({ address, headers, body }) => bus.publish(address, body, headers),
};

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    commands[command.do](command);
  })
  .on("close", () => process.exit(0));
