package dev.verticker.api.udf;

import dev.verticker.api.listings.SymbolList;
import dev.verticker.api.listings.SymbolListCache;
import dev.verticker.bus.Failure;
import dev.verticker.message.Listings.Listing;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Describes the configured symbols; others have no stored candles and do not exist in this protocol. */
public final class UdfSymbols {
  private static final String TYPE = "crypto";
  private static final long DEFAULT_LIMIT = 30;
  private static final long MAX_LIMIT = 1000;

  /** 10 to this power is an integer that JavaScript represents exactly. */
  private static final int MAX_DECIMALS = 15;

  private static final int DEFAULT_DECIMALS = 8;

  private final SymbolListCache symbols;
  private final Predicate<String> configured;

  public UdfSymbols(SymbolListCache symbols, Predicate<String> configured) {
    this.symbols = symbols;
    this.configured = configured;
  }

  Buffer config() {
    return new JsonObject()
        .put("supports_search", true)
        .put("supports_group_request", false)
        .put("supports_marks", false)
        .put("supports_timescale_marks", false)
        .put("supports_time", true)
        // One exchange and one type of symbols: the charts show no filter.
        .put("exchanges", new JsonArray())
        .put("symbols_types", new JsonArray())
        .put("supported_resolutions", UdfResolution.names())
        .toBuffer();
  }

  Buffer resolve(UdfQuery query) {
    var list = list();
    var listing = find(list, query.required("symbol"));
    var decimals = priceDecimals(listing);
    var tick =
        Optional.ofNullable(listing.price().step()).orElse(BigDecimal.ONE.movePointLeft(decimals));
    return new JsonObject()
        .put("name", listing.symbol())
        .put("ticker", listing.symbol())
        .put("full_name", listing.symbol())
        .put("description", description(listing))
        .put("type", TYPE)
        .put("session", "24x7")
        .put("timezone", "Etc/UTC")
        .put("exchange", exchange(list))
        .put("listed_exchange", exchange(list))
        .put("currency_code", listing.quote())
        .put("format", "price")
        .put("pricescale", BigDecimal.ONE.movePointRight(decimals).longValueExact())
        .put("minmov", Math.max(1, tick.movePointRight(decimals).longValue()))
        .put("minmove2", 0)
        .put("fractional", false)
        .put("has_intraday", true)
        .put("intraday_multipliers", UdfResolution.intradayMultipliers())
        .put("has_daily", true)
        .put("daily_multipliers", new JsonArray().add("1"))
        .put("has_weekly_and_monthly", true)
        .put("weekly_multipliers", new JsonArray().add("1"))
        .put("monthly_multipliers", new JsonArray().add("1"))
        .put("supported_resolutions", UdfResolution.names())
        .put("visible_plots_set", "ohlcv")
        .put("volume_precision", volumeDecimals(listing))
        .put("data_status", "streaming")
        .toBuffer();
  }

  Buffer search(UdfQuery query) {
    var list = list();
    var limit = query.number("limit", 1, Integer.MAX_VALUE).orElse(DEFAULT_LIMIT);
    var found = new JsonArray();
    if (query.text("type").filter(type -> !type.equals(TYPE)).isEmpty()
        && query
            .text("exchange")
            .filter(name -> !name.equalsIgnoreCase(exchange(list)))
            .isEmpty()) {
      var search = new SymbolList.Query(
          query.text("query").map(text -> withoutExchange(list, text)),
          Optional.empty(),
          Optional.of(true),
          (int) Math.min(limit, MAX_LIMIT),
          Optional.empty());
      list.search(search, configured)
          .listings()
          .forEach(listing -> found.add(new JsonObject()
              .put("symbol", listing.symbol())
              .put("full_name", listing.symbol())
              .put("ticker", listing.symbol())
              .put("description", description(listing))
              .put("exchange", exchange(list))
              .put("type", TYPE)));
    }
    return found.toBuffer();
  }

  /** Returns the symbol that a chart names, with or without its exchange. Throws {@link Failure.NotFound}. */
  String require(String name) {
    return find(list(), name).symbol();
  }

  private SymbolList list() {
    return symbols
        .current()
        .orElseThrow(() -> new Failure.Unavailable(
            "symbols-not-yet-known", "the symbols of the exchange are not known yet"));
  }

  private Listing find(SymbolList list, String name) {
    return list.find(name)
        .or(() -> list.find(withoutExchange(list, name)))
        .filter(listing -> configured.test(listing.symbol()))
        .orElseThrow(() -> new Failure.NotFound("symbol-unknown", "unknown_symbol"));
  }

  private static String withoutExchange(SymbolList list, String name) {
    var prefix = exchange(list) + ":";
    return name.regionMatches(true, 0, prefix, 0, prefix.length())
        ? name.substring(prefix.length())
        : name;
  }

  private static String exchange(SymbolList list) {
    return list.venue().toUpperCase(Locale.ROOT);
  }

  private static String description(Listing listing) {
    return listing.base().isEmpty() || listing.quote().isEmpty()
        ? listing.symbol()
        : listing.base() + " / " + listing.quote();
  }

  private static int priceDecimals(Listing listing) {
    return decimals(listing.price().step(), listing.quoteDecimals());
  }

  private static int volumeDecimals(Listing listing) {
    return decimals(listing.quantity().step(), listing.baseDecimals());
  }

  private static int decimals(BigDecimal step, Integer ofAsset) {
    var decimals = step != null
        ? Math.max(0, step.stripTrailingZeros().scale())
        : Optional.ofNullable(ofAsset).orElse(DEFAULT_DECIMALS);
    return Math.min(MAX_DECIMALS, decimals);
  }
}
