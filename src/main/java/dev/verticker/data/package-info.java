/** Clients of PostgreSQL and Redis. Every wait, queue and statement is bounded; an outage is one documented failure. */
package dev.verticker.data;
