package dev.verticker.user.session;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A stored session and the current state of its user.
 *
 * @param tokenHash hash of the newest refresh token
 * @param generation generation of the newest refresh token
 * @param parent generation of the token that was exchanged for the newest one; no generation in between was ever used
 * @param rotatedAt times at which the last generations were replaced, in ascending order
 */
record SessionRow(
    UUID id,
    Account account,
    byte[] tokenHash,
    int generation,
    int parent,
    List<Instant> rotatedAt,
    Instant createdAt,
    Instant expiresAt) {
  /** The time at which the token of a generation was replaced; empty if it is no longer recorded. */
  Optional<Instant> replacedAt(int replaced) {
    // The exchange of the parent created the newest token, also if it was repeated.
    var index = rotatedAt.size() - (replaced == parent ? 1 : generation - replaced);
    return index < 0 || index >= rotatedAt.size()
        ? Optional.empty()
        : Optional.of(rotatedAt.get(index));
  }
}
