/** The node process: settings, migrations, Vert.x, verticles, management port, drain and stop. */
package dev.verticker.node;
