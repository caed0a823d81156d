/** The front doors: one verticle per HTTP API. They hold no truth of their own and reach the domains over the bus. */
package dev.verticker.api;
