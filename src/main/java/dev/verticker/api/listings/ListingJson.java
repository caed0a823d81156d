package dev.verticker.api.listings;

import dev.verticker.message.Listings.Limits;
import dev.verticker.message.Listings.Listing;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;

/** Encodes listings, with exact decimals as strings. */
final class ListingJson {
  private ListingJson() {}

  static JsonObject of(Listing listing, boolean configured) {
    return new JsonObject()
        .put("symbol", listing.symbol())
        .put("status", listing.status())
        .put("tradable", listing.tradable())
        .put("base", listing.base())
        .put("quote", listing.quote())
        .put("base_decimals", listing.baseDecimals())
        .put("quote_decimals", listing.quoteDecimals())
        .put("price_decimals", decimals(listing.price(), listing.quoteDecimals()))
        .put("quantity_decimals", decimals(listing.quantity(), listing.baseDecimals()))
        .put("tick_size", text(listing.price().step()))
        .put("min_price", text(listing.price().min()))
        .put("max_price", text(listing.price().max()))
        .put("step_size", text(listing.quantity().step()))
        .put("min_quantity", text(listing.quantity().min()))
        .put("max_quantity", text(listing.quantity().max()))
        .put("min_notional", text(listing.notional().min()))
        .put("max_notional", text(listing.notional().max()))
        .put("configured", configured);
  }

  /** Returns the decimals of a value that is a multiple of the step; without a step those of the asset, or null. */
  private static Integer decimals(Limits limits, Integer ofAsset) {
    return limits.step() == null
        ? ofAsset
        : Integer.valueOf(Math.max(0, limits.step().stripTrailingZeros().scale()));
  }

  private static String text(BigDecimal value) {
    return value == null ? null : value.stripTrailingZeros().toPlainString();
  }
}
