package dev.verticker.settings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.200.3.4, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.8, false",
    "192.0.2.128/25, 192.0.2.127, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "::1, 0:0:0:0:0:0:0:1, true",
    "2001:db8::/32, 2001:db8:1::9, true",
    "2001:db8::/32, 2001:db9::, false",
    "127.0.0.1, ::ffff:127.0.0.1, true",
    "127.0.0.1, localhost, false",
    "127.0.0.1, '', false"
  })
  void an_address_is_in_a_network_or_not(String network, String address, boolean contains) {
    assertEquals(contains, AddressRange.parse(network).orElseThrow().contains(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0/8",
        "1.2.3.256",
        "::1/129",
        "::1/64/2",
        ":::"
      })
  void text_that_is_no_network_is_rejected_without_a_dns_query(String text) {
    assertEquals(Optional.empty(), AddressRange.parse(text).map(Object::toString));
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, 203.0.113.7",
    "::ffff:203.0.113.7, 203.0.113.7",
    "::FFFF:cb00:7107, 203.0.113.7",
    "0:0:0:0:0:ffff:cb00:7107, 203.0.113.7",
    "2001:db8::1, 2001:db8::1",
    "fe80::1%eth0, fe80::1",
    "localhost, localhost",
    "'', ''"
  })
  void an_address_has_one_canonical_form(String text, String canonical) {
    assertEquals(canonical, AddressRange.canonical(text));
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, ::ffff:203.0.113.7, true",
    "203.0.113.7, 64:ff9b::203.0.113.7, true",
    "::ffff:203.0.113.7, ::ffff:203.0.113.8, false",
    "64:ff9b::203.0.113.7, 64:ff9b::203.0.113.8, false",
    "2001:db8:1:2::1, 2001:db8:1:2:ffff::1, true",
    "2001:db8:1:2::1, 2001:db8:1:3::1, false",
    "fe80::1%2, fe80::2, true",
    "one, two, false",
    "one, one, true"
  })
  void limits_count_an_ipv4_address_or_an_ipv6_network_as_one_client(
      String one, String other, boolean same) {
    assertEquals(same, Arrays.equals(AddressRange.network(one), AddressRange.network(other)));
  }

  /** The stored hashes of known addresses depend on these bytes. */
  @Test
  void a_network_is_the_address_of_ipv4_and_the_first_half_of_ipv6() {
    assertArrayEquals(new byte[] {(byte) 203, 0, 113, 7}, AddressRange.network("203.0.113.7"));
    assertArrayEquals(
        new byte[] {0x20, 0x01, 0x0d, (byte) 0xb8, 0, 1, 0, 2},
        AddressRange.network("2001:db8:1:2::9"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.7", "2001:db8::1", "::"})
  void an_address_is_in_its_network(String text) {
    assertTrue(AddressRange.isAddress(text));
    assertFalse(AddressRange.isAddress(text + "/24"));
  }
}
