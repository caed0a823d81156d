/** The objects that a node passes to each verticle. */
package dev.verticker.context;
