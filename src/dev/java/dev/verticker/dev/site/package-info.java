/** Whole nodes as processes of their own, behind nginx and under load: what happens when one goes and comes back. */
package dev.verticker.dev.site;
