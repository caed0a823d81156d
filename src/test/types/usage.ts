// A client that uses the types generated from the contracts. It does not compile if an object of the contracts is open.
import type { components as UserApi, operations } from "./user-api";
import type { components as PriceApi } from "./price-api";
import type { components as Sockets } from "./events";

type Event = UserApi["schemas"]["Event"];
type Frame = Sockets["schemas"]["PlainFrame"];
type Command = Sockets["schemas"]["PlainCommand"];
type Quote = Sockets["schemas"]["Quote"];

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Alike<A, B> = [A, B] extends [B, A] ? true : false;
type Check<T extends true> = T;

/** The contracts describe the same events, users and prices. Only a user's own response has permissions. */
export type Checks = [
  Check<Alike<Event, Sockets["schemas"]["UserEvent"]>>,
  Check<
    Equal<
      Omit<UserApi["schemas"]["User"], "permissions">,
      Pick<Sockets["schemas"]["User"], keyof Sockets["schemas"]["User"]>
    >
  >,
  Check<Equal<UserApi["schemas"]["Quote"], Omit<Quote, "high" | "low" | "frame_high" | "frame_low">>>,
  Check<Equal<UserApi["schemas"]["Feed"], PriceApi["schemas"]["Feed"]>>,
  Check<Equal<UserApi["schemas"]["Feed"], Omit<Sockets["schemas"]["FeedStatus"], "event" | "topic">>>,
  Check<Equal<UserApi["schemas"]["Trades"], PriceApi["schemas"]["Trades"]>>,
  Check<Equal<UserApi["schemas"]["Trade"], Sockets["schemas"]["Trade"]>>,
  Check<Equal<UserApi["schemas"]["Book"], PriceApi["schemas"]["Book"]>>,
  Check<Equal<UserApi["schemas"]["Book"], Omit<Sockets["schemas"]["BookFrame"], "event" | "topic" | "at">>>,
  Check<Equal<UserApi["schemas"]["Order"], Sockets["schemas"]["Order"]>>,
  Check<Equal<UserApi["schemas"]["OwnTrade"], Sockets["schemas"]["OwnTrade"]>>,
  Check<Equal<UserApi["schemas"]["ExchangeInfo"], PriceApi["schemas"]["ExchangeInfo"]>>,
];

/** The compiler refuses this function if an event is missing, or if one has a key of the type `unknown`. */
export function eventText(event: Event): string {
  if ("redacted" in event) return `redacted: ${event.user_id}`;
  switch (event.event) {
    case "user_created":
      return event.data.username + actor(event.by);
    case "user_updated":
      return (event.changes.full_name ?? event.before.full_name ?? "") + event.data.revision + event.data.updated_at;
    case "user_deleted":
      return event.mode === "soft" ? event.data.username : event.data.id.toFixed();
    case "password_changed":
      return actor(event.by);
  }
}

function actor(by: UserApi["schemas"]["Actor"]): string {
  if (by === null) return "system";
  if ("self" in by) return by.self ? "you" : "an administrator";
  return by.username ?? by.id.toFixed();
}

export function onFrame(frame: Frame, send: (command: Command) => void): string | undefined {
  switch (frame.event) {
    case "hello":
      send({ op: "subscribe", topic: "users", since: "0b7c0f5e:42" });
      send({ op: "subscribe", topic: "candles.1m", symbols: ["BTCUSDT", "ETHUSDT"], every_ms: 1000 });
      return frame.ping_every_ms.toFixed();
    case "authenticated":
      return frame.expires_at;
    case "subscribed":
      return frame.cursor;
    case "unsubscribed":
      return frame.topic;
    case "notifications_read":
      return (frame.unread - frame.read_up_to).toFixed();
    case "prices":
      return frame.data
        .map(({ bid, ask, change, open_24h, quote_volume, frame_high }) => [bid, ask, change, open_24h, quote_volume, frame_high])
        .join();
    case "candles":
      return frame.data.map(({ open_time, close, trades, state }) => [open_time, close, trades, state]).join() + frame.snapshot;
    case "trades":
      return frame.data.map(({ id, price, quantity, side, time }) => [id, price, quantity, side, time]).join() + frame.missed;
    case "book":
      return frame.bids.concat(frame.asks).join() + frame.update_id.toFixed() + frame.received_at + frame.stale;
    case "order_updated":
      return frame.order.status + frame.order.executed_qty + (frame.order.average_price ?? frame.order.price ?? "") + frame.order.revision;
    case "trade":
      return frame.trade.price + frame.trade.qty + (frame.trade.fee ?? "") + (frame.trade.fee_asset ?? "");
    case "balance_updated":
      return frame.balance.asset + frame.balance.available + frame.balance.locked + frame.balance.as_of;
    case "feed":
      return frame.state + (frame.market_time ?? frame.since) + frame.speed.toFixed();
    case "feed_gap":
      return frame.kind + frame.symbols.join() + frame.filled;
    case "error":
      return frame.code + frame.status;
    case "pong":
      send({ op: "auth", token: "..." });
      return undefined;
    default:
      return eventText(frame);
  }
}

export const read: operations["markNotificationsRead"]["requestBody"]["content"]["application/json"] = {
  up_to: "0b7c0f5e:42",
};

export const newest: operations["listNotifications"]["parameters"]["query"] = { order: "newest_first", limit: 20 };

export const price = (row: PriceApi["schemas"]["Quote"]): string | undefined =>
  row.exchange_info.bidPrice ?? row.exchange_info.closeTime?.toFixed();
