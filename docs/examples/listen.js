// npm install @vertx/eventbus-bridge-client.js sockjs-client
// node listen.js http://localhost:8000 <access token> users
// Prints what happens, one JSON object a line. After a drop it comes back and prints what was missed.
"use strict";
const EventBus = require("@vertx/eventbus-bridge-client.js");
const [api, token, topic] = process.argv.slice(2);
let since;

const bus = new EventBus(api + "/eventbus");
bus.enableReconnect(true);
bus.onopen = () => {
  const headers = { Authorization: "Bearer " + token, ...(since && { since }) };
  // The client forgets its handlers with each connection: this is called after every drop.
  bus.registerHandler(topic, headers, (refusal, frame) => {
    if (refusal) {
      console.error("refused:", refusal.failureType, refusal.message);
      // 503: the server is not ready, so drop and come back. Else coming back changes nothing.
      return refusal.failureCode === 503 ? bus.sockJSConn.close() : process.exit(1);
    }
    const event = frame.body;
    if (since && event.recovered === false) console.error("something was missed: read the state anew");
    if (event.seq !== undefined) since = event.epoch + ":" + event.seq;
    console.log(JSON.stringify(event));
  });
};
// The last one before the end says why the socket is closed.
bus.onerror = (error) => {
  console.error(error.failureType ?? error);
  if (error.failureCode === 401 || error.failureCode === 403) process.exit(1);
};
