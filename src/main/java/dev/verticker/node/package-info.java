/** One process: settings, migrations, Vert.x, verticles, health, and the way back down. The only package that knows of a cluster. */
package dev.verticker.node;
