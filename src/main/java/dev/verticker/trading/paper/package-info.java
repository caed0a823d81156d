/** The paper venue: fills orders against the live market without an exchange. */
package dev.verticker.trading.paper;
