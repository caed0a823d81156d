/** Latest quotes in the memory of a node, served by both APIs. */
package dev.verticker.api.quotes;
