/**
 * What differs between environments, as typed records. A setting has one name everywhere: in {@code conf/settings.yaml}, in
 * the environment, in error messages. Later sources win: the file in the jar, {@code conf/settings.yaml} beside it, the
 * environment.
 */
package dev.verticker.settings;
