// npm install @vertx/eventbus-bridge-client.js sockjs-client
// node listen.js http://localhost:8000 <access token> users
// Subscribes, drops after the first event, comes back and hears what it missed.
"use strict";
const EventBus = require("@vertx/eventbus-bridge-client.js");
const [api, token, topic] = process.argv.slice(2);
let since;
let dropped = false;

function connect() {
  const bus = new EventBus(api + "/eventbus");
  bus.onopen = () => {
    const headers = { Authorization: "Bearer " + token, ...(since && { since }) };
    bus.registerHandler(topic, headers, (refusal, frame) => {
      if (refusal) {
        console.error(refusal.failureType, refusal.message);
        process.exit(1);
      }
      const event = frame.body;
      since = event.epoch + ":" + event.seq;
      console.log(JSON.stringify(event));
      if (!dropped && event.event !== "subscribed") {
        dropped = true;
        bus.close();
        setTimeout(connect, 1000);
      }
    });
  };
  bus.onerror = (error) => console.error(error.failureType ?? error);
}
connect();
