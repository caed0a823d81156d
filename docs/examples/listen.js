// npm install @vertx/eventbus-bridge-client.js sockjs-client
// node listen.js http://localhost:8000 <access token> users
// Prints events, one JSON object per line. After a lost connection it reconnects and prints the missed events.
"use strict";
const EventBus = require("@vertx/eventbus-bridge-client.js");
const [api, token, topic] = process.argv.slice(2);
let since;

const bus = new EventBus(`${api}/eventbus`);
bus.enableReconnect(true);
bus.onopen = () => {
  const headers = { Authorization: `Bearer ${token}`, ...(since && { since }) };
  // The client forgets its handlers when it disconnects: this runs after every reconnect.
  bus.registerHandler(topic, headers, (refusal, frame) => {
    if (refusal) {
      console.error("refused:", refusal.failureType, refusal.message);
      // 503: the server is not ready, so reconnect. Other refusals are final.
      return refusal.failureCode === 503 ? bus.sockJSConn.close() : process.exit(1);
    }
    const event = frame.body;
    if (since && event.recovered === false) console.error("events were lost: reload the state");
    if (event.cursor) since = event.cursor;
    console.log(JSON.stringify(event));
  });
};
// The last error before the socket closes carries the reason.
bus.onerror = (error) => {
  console.error(error.failureType ?? error);
  if (error.failureCode === 401 || error.failureCode === 403) process.exit(1);
};
