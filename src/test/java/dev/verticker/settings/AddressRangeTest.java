package dev.verticker.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
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
  @ValueSource(strings = {"203.0.113.7", "2001:db8::1", "::"})
  void an_address_is_in_its_network(String text) {
    assertTrue(AddressRange.isAddress(text));
    assertFalse(AddressRange.isAddress(text + "/24"));
  }
}
