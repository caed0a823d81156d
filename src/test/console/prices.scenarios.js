"use strict";
const assert = require("assert/strict");

module.exports = {
  async "prices move without a reload and are never rounded"(stage) {
    const visitor = await stage.visitor({ person: await stage.person() });
    await visitor.page.locator(".quote .price").nth(2).waitFor();
    const seen = await visitor.page.evaluate(() => new Promise((resolve) => {
      const seen = new Map();
      const look = () => {
        document.querySelectorAll(".quote").forEach((card) => {
          const symbol = card.querySelector("h2").textContent;
          if (!seen.has(symbol)) seen.set(symbol, new Set());
          seen.get(symbol).add(card.querySelector(".price").textContent);
        });
        if (seen.get("BTCUSDT").size < 3) return;
        observer.disconnect();
        resolve([...seen].map(([symbol, prices]) => [symbol, [...prices]]));
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    }));

    assert.deepEqual(seen.map(([symbol]) => symbol), ["BTCUSDT", "ETHBTC", "ETHUSDT"]);
    for (const [symbol, shown] of seen) {
      const { body } = await stage.admin("GET", `/prices/${symbol}/history?limit=1000`);
      const stored = new Set(body.map((row) => row.exchange_info.price));
      for (const price of shown) {
        assert.match(price, /^\d{1,3}(,\d{3})*\.\d{8}$/);
        assert.ok(stored.has(price.replaceAll(",", "")), `${symbol} never had ${price}`);
      }
    }
    const card = visitor.page.locator(".quote").first();
    await card.getByText("Simulated").waitFor();
    await card.getByText(/^(Polled|From the cache|Stored earlier)$/).waitFor();
    await card.getByText(/^\d+ s old$/).waitFor();
    await card.getByText(/^(rising|falling)$/).waitFor();
    await card.locator(".chart canvas").waitFor();
    await card.getByText(/^Low since \d/).waitFor();
    assert.match(await card.locator(".chart").getAttribute("aria-label"), /^Prices since .+: between [\d,]+\.\d{8} and [\d,]+\.\d{8}$/);
  },

  async "simulated prices say so and so do overdue ones"(stage) {
    const visitor = await stage.visitor({ person: await stage.person() });
    await visitor.sees("Simulated prices: these are invented and not the market’s.");
    await visitor.doesNotSee(".banner.bad");
    await stage.exchangeFails();
    try {
      await visitor.sees("Overdue: nobody has confirmed BTCUSDT, ETHBTC, ETHUSDT lately.");
      await visitor.page.locator(".quote.stale").first().waitFor();
      await visitor.picture("prices overdue 1280 light en");
    } finally {
      await stage.exchangeWorks();
    }
    await visitor.page.locator(".banner.bad").waitFor({ state: "detached" });
    await visitor.doesNotSee(".quote.stale");
  },
};
