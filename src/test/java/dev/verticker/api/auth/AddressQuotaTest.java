package dev.verticker.api.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AddressQuotaTest {
  private static final long NOON = 1_772_366_400_000L;

  @Test
  void an_address_sends_at_most_the_max_number_of_requests_in_any_minute() {
    var quota = new AddressQuota("public", 20);
    var random = new Random(1);
    var admitted = new ArrayDeque<Long>();
    var total = 0;
    for (var now = NOON; now < NOON + 600_000; now += 1 + random.nextInt(3000)) {
      while (!admitted.isEmpty() && admitted.peekFirst() <= now - 60_000) {
        admitted.pollFirst();
      }
      var usage = quota.count("192.0.2.7", now);
      if (usage.remaining() >= 0) {
        admitted.addLast(now);
        total++;
        assertTrue(admitted.size() <= 20, "requests within a minute");
      } else {
        assertTrue(admitted.size() > 0);
        assertTrue(quota.count("192.0.2.7", now + usage.reset().toMillis()).remaining() >= 0);
        now += usage.reset().toMillis();
        admitted.addLast(now);
        total++;
      }
    }
    // Ten minutes: slots refuse a few requests early, at most a seventh.
    assertTrue(total > 150, "requests within ten minutes: " + total);
  }

  @Test
  void a_refused_request_does_not_count_and_other_addresses_have_their_own_quota() {
    var quota = new AddressQuota("public", 2);

    assertEquals(1, quota.count("192.0.2.7", NOON).remaining());
    assertEquals(0, quota.count("192.0.2.7", NOON).remaining());
    IntStream.range(0, 100)
        .forEach(i -> assertEquals(-1, quota.count("192.0.2.7", NOON + 30_000).remaining()));
    assertEquals(1, quota.count("192.0.2.8", NOON).remaining());
    assertEquals(1, quota.count("192.0.2.7", NOON + 70_000).remaining());
  }

  @Test
  void the_addresses_of_an_ipv6_network_share_a_quota() {
    var quota = new AddressQuota("public", 3);

    assertEquals(2, quota.count("2001:db8:0:1::1", NOON).remaining());
    assertEquals(1, quota.count("2001:db8:0:1:ffff::2", NOON).remaining());
    assertEquals(2, quota.count("2001:db8:0:2::1", NOON).remaining());
    assertEquals(2, quota.count("::ffff:192.0.2.7", NOON).remaining());
    assertEquals(1, quota.count("192.0.2.7", NOON).remaining());
    assertEquals(2, quota.count("", NOON).remaining());
  }
}
