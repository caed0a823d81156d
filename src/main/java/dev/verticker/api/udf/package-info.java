/** Market data for TradingView's charts, in its Universal Datafeed (UDF) protocol. */
package dev.verticker.api.udf;
