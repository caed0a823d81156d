/** All messages, addresses and topics of the event bus, one file per domain. No other package defines a bus address. */
package dev.verticker.message;
