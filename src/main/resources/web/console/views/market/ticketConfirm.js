// @ts-check
// Shows a complete order once more before it is sent.

import { openDialog } from "../../dialogs.js";
import { h } from "../../dom.js";
import { decimal } from "../../format.js";
import { t } from "../../i18n.js";
import { roundedAmount, sideName, typeName, venueBadge, venueName } from "../../orderText.js";

/** @import { SymbolDecimals } from "../../symbolDecimals.js" */

/**
 * Promises whether the user confirmed the order.
 *
 * @param {object} options
 * @param {NewOrder} options.order
 * @param {string} options.venue
 * @param {ListedSymbol | null} options.listed
 * @param {OrderCheck | null} options.check null if the server could not check it
 * @param {SymbolDecimals} options.decimals
 * @returns {Promise<boolean>}
 */
export function confirmOrder({ order, venue, listed, check, decimals }) {
  return new Promise((resolve) => {
    let confirmed = false;
    const confirm = () => {
      confirmed = true;
      dialog.close();
    };
    const dialog = openDialog({
      title: t("ticket.confirmTitle", { side: sideName(order), symbol: order.symbol }),
      content: [
        h(
          "div.body",
          null,
          h("p", null, venueBadge(venue)),
          h("dl.facts", null, facts(order, listed, check, decimals).map(fact)),
          check === null && h("p.hint", null, t("ticket.unchecked")),
        ),
        h(
          "footer",
          null,
          h("button.quiet", { type: "button", onclick: () => dialog.close() }, t("cancel")),
          h(
            `button.${order.side}`,
            { type: "button", onclick: confirm },
            t("ticket.confirm", { side: sideName(order), venue: venueName(venue) }),
          ),
        ),
      ],
      onclose: () => resolve(confirmed),
    });
    dialog.classList.add("confirm-order");
    dialog.dataset.venue = venue;
  });
}

/**
 * @param {NewOrder} order
 * @param {ListedSymbol | null} listed
 * @param {OrderCheck | null} check
 * @param {SymbolDecimals} decimals
 * @returns {[label: string, value: string | null][]}
 */
function facts(order, listed, check, decimals) {
  const { symbol, time_in_force: tif } = order;
  const [base, quote] = [listed?.base ?? "", listed?.quote ?? ""];
  const about = check?.estimated_notional ? `\u2248 ${roundedAmount(check.estimated_notional, quote)} ${quote}` : null;
  const fee = check?.estimated_fee ? `\u2248 ${decimal(check.estimated_fee)} ${check.fee_asset}` : null;
  return [
    [t("ticket.type"), tif ? `${typeName(order)}, ${t(`ticket.tif.${tif}`)}` : typeName(order)],
    [t("ticket.stopPrice"), withAsset(decimals.price(symbol, order.stop_price), quote)],
    [t("ticket.price"), withAsset(decimals.price(symbol, order.price), quote)],
    [t("ticket.quantity"), withAsset(decimals.quantity(symbol, order.qty), base)],
    [t("ticket.amount"), withAsset(decimal(order.quote_qty), quote)],
    [t("ticket.notional"), about],
    [t("ticket.fee"), fee],
  ];
}

/**
 * @param {string | null} value
 * @param {string} asset
 */
function withAsset(value, asset) {
  return value === null ? null : `${value} ${asset}`.trim();
}

/** @param {[label: string, value: string | null]} fact */
function fact([label, value]) {
  return value !== null && h("div", null, h("dt", null, label), h("dd", null, value));
}
