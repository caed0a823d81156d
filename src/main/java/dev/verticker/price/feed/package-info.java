/** The live market data of the leader: one stream for the cluster, its watchdog, and the newest figures of each symbol. */
package dev.verticker.price.feed;
