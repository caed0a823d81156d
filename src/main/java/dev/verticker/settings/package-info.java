/**
 * Settings as typed records. A setting has one name everywhere: in {@code conf/settings.yaml}, in the environment and in
 * error messages. Later sources override earlier ones: the file in the jar, {@code conf/settings.yaml} in the
 * home folder, the environment.
 */
package dev.verticker.settings;
