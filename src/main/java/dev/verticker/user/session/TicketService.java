package dev.verticker.user.session;

import dev.verticker.bus.Failure;
import dev.verticker.message.Confidential;
import dev.verticker.message.Sessions;
import dev.verticker.settings.Secret;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;

/** Issues and redeems one-time tickets for sockets: URLs end up in logs, so a URL must not carry an access token. */
public final class TicketService {
  static final Duration LIFETIME = Duration.ofSeconds(30);

  private static final int BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final TicketRepository repository;
  private final Clock clock;

  public TicketService(TicketRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
  }

  public Future<Sessions.Ticket> issue(Sessions.IssueTicket issue) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    var ticket = new Confidential(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    var now = clock.instant();
    return repository
        .insert(
            hash(ticket),
            UUID.fromString(issue.sessionId()),
            issue.userId(),
            issue.tokenExpiresAt(),
            now,
            now.plus(LIFETIME))
        .compose(issued -> issued
            ? Future.succeededFuture(new Sessions.Ticket(ticket, LIFETIME))
            : Future.failedFuture(new Failure.Unauthenticated(
                "invalid-token", "The session has ended: sign in again.")));
  }

  public Future<Sessions.Identity> redeem(Sessions.RedeemTicket redeem) {
    return repository.redeem(hash(redeem.ticket()), clock.instant()).compose(identity -> identity
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(new Failure.Unauthenticated(
            "invalid-ticket",
            "The ticket is invalid, expired or already used: request a new one."))));
  }

  private static byte[] hash(Confidential ticket) {
    return Secret.sha256(ticket.value().getBytes(StandardCharsets.UTF_8));
  }
}
