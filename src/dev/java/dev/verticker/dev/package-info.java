/**
 * Development and test code, compiled as test source and never packaged: the servers and the exchange that a machine
 * without PostgreSQL, Redis or a network would lack, and the command that runs everything together.
 */
package dev.verticker.dev;
