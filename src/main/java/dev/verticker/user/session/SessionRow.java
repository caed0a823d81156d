package dev.verticker.user.session;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A stored session and what its user is now.
 *
 * @param tokenHash of the newest refresh token
 * @param generation of the newest refresh token
 * @param rotatedAt when the last generations were replaced, the newest last
 */
record SessionRow(
    UUID id,
    Account account,
    byte[] tokenHash,
    int generation,
    List<Instant> rotatedAt,
    Instant createdAt,
    Instant expiresAt) {
  /** When the token of a generation was replaced; empty when that was long ago. */
  Optional<Instant> replacedAt(int replaced) {
    var index = rotatedAt.size() - (generation - replaced);
    return index < 0 || index >= rotatedAt.size()
        ? Optional.empty()
        : Optional.of(rotatedAt.get(index));
  }
}
