/** What a node hands to each verticle: its context, and where the verticle reports health. */
package dev.verticker.context;
