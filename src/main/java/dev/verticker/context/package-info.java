/** What a node passes to each verticle. */
package dev.verticker.context;
