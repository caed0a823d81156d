// Types for the editor and for `tsc` in the tests; no browser loads this file.

// ---- what the API sends: src/main/resources/openapi/user-api.yaml

type UserStatus = "active" | "disabled" | "deleted";

interface User {
  id: number;
  username: string;
  full_name: string | null;
  email: string | null;
  roles: string[];
  status: UserStatus;
  created_at: string;
  updated_at: string;
  revision: number;
}

/** `GET /users/me` */
interface CurrentUser extends User {
  permissions: string[];
}

/** The fields of a user that a form sends. */
type UserFields = Partial<Pick<User, "username" | "full_name" | "email" | "roles">> & { password?: string };

interface UserSession {
  id: string;
  device: string | null;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  current: boolean;
}

interface Tokens {
  access_token: string;
  expires_in: number;
  refresh_token: string;
}

/** Prices and amounts are exact decimals in text. */
interface Quote {
  symbol: string;
  price: string;
  bid: string | null;
  ask: string | null;
  volume: string | null;
  change_percent: string | null;
  high_24h: string | null;
  low_24h: string | null;
  venue: string;
  source: string;
  event_time: string;
  received_at: string;
  fresh_until: string;
  age_ms: number;
  stale: boolean;
}

/** Prices and volumes are exact decimals in text; they are null if the exchange has no candle of this interval. */
interface CandleBody {
  open_time: string;
  open: string | null;
  high: string | null;
  low: string | null;
  close: string | null;
  volume: string | null;
  quote_volume: string | null;
  trades: number;
  state: string;
}

interface Candle extends CandleBody {
  /** `open_time` in milliseconds since 1970 */
  at: number;
}

/** A price and the quantity at it. */
type BookLevel = [price: string, quantity: string];

/** Frame of a topic `book.<SYMBOL>`: the best level of each side first. */
interface BookFrame {
  event: "book";
  update_id: number;
  bids: BookLevel[];
  asks: BookLevel[];
  age_ms: number;
  stale: boolean;
}

interface Trade {
  id: number;
  price: string;
  quantity: string;
  /** of the taker */
  side: "buy" | "sell";
  time: string;
}

/** Frame of a topic `trades.<SYMBOL>`: the newest trades (`snapshot`), or further ones; oldest first. */
interface TradesFrame {
  event: "trades";
  snapshot: boolean;
  data: Trade[];
}

/** A symbol of the exchange. */
interface ListedSymbol {
  symbol: string;
  status: string;
  tradable: boolean;
  base: string;
  quote: string;
  tick_size: string | null;
  step_size: string | null;
}

/** Frame of the topic `feed`. */
interface FeedStatus {
  event: "feed";
  venue: string | null;
  state: string;
  since: string;
  market_time: string | null;
  speed: number | null;
}

/** Frame of the topic `feed`: an interruption that has ended. */
interface FeedGap {
  event: "feed_gap";
  kind: string;
  symbols: string[];
  from: string;
  to: string;
  filled: boolean;
}

interface UserEvent {
  event: "user_created" | "user_updated" | "user_deleted" | "password_changed";
  topic: string;
  epoch: string;
  seq: number;
  cursor: string;
  at: string;
  user_id: number;
  username?: string;
  /** On a topic of all users the user behind the change, on the user's own topic only whether it was that user. */
  by?: { id: number; username?: string } | { self: boolean } | null;
  changes?: Partial<User>;
  data?: User;
  before?: Partial<User>;
  redacted?: boolean;
}

/** The events of a user up to a sequence were marked as read; sent on the topic of that user, without a sequence. */
interface NotificationsRead {
  event: "notifications_read";
  topic: string;
  epoch: string;
  read_up_to: number;
  unread: number;
  at: string;
}

/** `GET /events` and `GET /notifications`; only the latter counts unread events. */
interface EventPage {
  topic: string;
  epoch: string;
  oldest: number;
  newest: number;
  cursor: string;
  events: UserEvent[];
  read_up_to?: number;
  unread?: number;
}

// ---- trading; amounts are exact decimals in text

interface TradingAccount {
  id: number;
  venue: string;
  label: string;
  key_prefix: string | null;
  /** why the account accepts no new orders; null while it accepts them */
  halted: string | null;
  created_at: string;
}

interface NewOrder {
  account_id: number;
  symbol: string;
  side: OrderSide;
  type: OrderType;
  time_in_force?: string;
  qty?: string;
  quote_qty?: string;
  price?: string;
  stop_price?: string;
}

type OrderSide = "buy" | "sell";
type OrderType = "market" | "limit" | "limit_maker" | "stop_limit";

/** Side, type and status may have values that this page does not know. */
interface Order {
  id: number;
  revision: number;
  account_id: number;
  venue: string;
  client_order_id: string;
  symbol: string;
  side: string;
  type: string;
  time_in_force: string | null;
  qty: string | null;
  quote_qty: string | null;
  price: string | null;
  stop_price: string | null;
  status: string;
  source: string;
  executed_qty: string;
  executed_quote_qty: string;
  average_price: string | null;
  reason: string | null;
  created_at: string;
  updated_at: string;
  cancel_requested_at: string | null;
}

interface OwnTrade {
  id: number;
  order_id: number;
  account_id: number;
  venue: string;
  symbol: string;
  side: string;
  price: string;
  qty: string;
  quote_qty: string;
  fee_asset: string | null;
  fee: string | null;
  maker: boolean | null;
  traded_at: string;
}

interface OrderViolation {
  pointer: string;
  code: string;
  detail: string;
  value: string | null;
  rule: string | null;
  nearest: string | null;
}

interface OrderCheck {
  accepted: boolean;
  violations: OrderViolation[];
  only_exchange_knows: string[];
  price: string | null;
  price_age_ms: number | null;
  price_stale: boolean;
  estimated_qty: string | null;
  estimated_notional: string | null;
  estimated_fee: string | null;
  fee_asset: string | null;
}

/** Unknown values are null. */
interface Position {
  asset: string;
  available: string;
  locked: string;
  cost: string | null;
  average_cost: string | null;
  price: string | null;
  price_at: string | null;
  price_age_ms: number | null;
  price_stale: boolean;
  value: string | null;
  unrealized_profit: string | null;
  realized_profit: string | null;
}

interface Portfolio {
  account_id: number;
  venue: string;
  valued_in: string;
  as_of: string;
  total: string | null;
  unrealized_profit: string | null;
  realized_profit: string | null;
  price_age_ms: number | null;
  stale: boolean;
  positions: Position[];
}

interface AssetBalance {
  account_id: number;
  asset: string;
  available: string;
  locked: string;
  as_of: string;
}

/** An event of the topic `orders.<user id>`. */
type TradingEvent =
  | { event: "order_updated"; order: Order }
  | { event: "trade"; trade: OwnTrade }
  | { event: "balance_updated"; balance: AssetBalance };

interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

/** RFC 9457 */
interface ProblemBody {
  code?: string;
  detail?: string;
  request_id?: string;
  errors?: FieldError[];
}

// ---- the bridge client: vendor/vertx-eventbus-bridge-client

interface BridgeClient {
  state: number;
  sockJSConn: { onheartbeat: () => void };
  onopen: () => void;
  onclose: () => void;
  onerror: (refusal: { failureCode: number; failureType: string; retry_after_ms?: number }) => void;
  onunhandled: (frame: { type: string }) => void;
  registerHandler(address: string, headers: object, handler: (refusal: any, frame: any) => void): void;
  unregisterHandler(address: string, handler: (refusal: any, frame: any) => void): void;
  close(): void;
}

declare var EventBus: { new (url: string, options: { transports: string[] }): BridgeClient; OPEN: number };

// ---- the API documentation: swagger-ui

declare function SwaggerUIBundle(options: object): object;

interface Window {
  ui: object;
}

// ---- the console

/** A view that is on the page: `close` ends its timers, listeners and dialogs. */
interface View {
  element: HTMLElement;
  close?: () => void;
}

/** The element that `h("button.primary")` makes. */
type ElementOf<S extends string> = S extends `${infer T}.${string}` ? ElementOfTag<T> : ElementOfTag<S>;
type ElementOfTag<T extends string> = T extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[T] : HTMLElement;

type Child = Node | string | number | null | undefined | false | "" | Child[];
