/** The kill switch, the dead-man's switch, the reset of paper accounts, and commands that a crash interrupted. */
package dev.verticker.trading.control;
