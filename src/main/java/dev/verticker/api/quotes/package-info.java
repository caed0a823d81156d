/** Latest quotes held in the memory of a front door node and served by both APIs. */
package dev.verticker.api.quotes;
