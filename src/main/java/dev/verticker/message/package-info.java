/** Every message the system speaks: records, addresses and topics, one file per domain. Bus addresses live nowhere else. */
package dev.verticker.message;
