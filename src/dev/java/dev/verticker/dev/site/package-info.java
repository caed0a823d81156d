/** Two nodes as separate processes behind nginx, with clients that send requests while nodes restart. */
package dev.verticker.dev.site;
