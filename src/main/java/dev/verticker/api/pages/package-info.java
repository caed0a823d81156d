/** Pages served by the front doors: the console and the API documentation. */
package dev.verticker.api.pages;
