/** The console and the pages with the API documentation. */
package dev.verticker.api.pages;
