/** PostgreSQL and Redis within bounds: every wait, queue and statement has a limit, an outage is one clear failure. */
package dev.verticker.data;
