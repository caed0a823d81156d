package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KlineFilesTest {
  private static final String HEADER =
      "openTime,open,high,low,close,volume,closeTime,quoteVolume,trades\n";
  private static final String DUMP_HEADER =
      "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";
  private static final String DUMP_REST =
      ",100.1,120.2,90.3,110.4,4.50000000,1600000079999,473.85000000,17,1.25000000,131.60000000,0";

  @TempDir
  Path folder;

  @Test
  void parses_gzipped_files_with_a_header_and_derives_the_missing_number_of_trades()
      throws IOException {
    try (var gz =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("BTCUSDT-1m.csv.gz")))) {
      gz.write((HEADER + Candles.line(3) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(
        Optional.of(new Bar(1_000_003, 1_200_003, 900_003, 1_100_003, 4, 4)),
        read().of("BTCUSDT").at(0));
  }

  @Test
  void parses_the_public_dump_with_or_without_header_in_milliseconds_or_microseconds() {
    for (var header : List.of("", DUMP_HEADER)) {
      for (var unit : List.of("", "000")) {
        Candles.text(
            folder.resolve("BTCUSDT-1m-2025-01.csv"),
            header + Candles.FIRST + unit + DUMP_REST + "\n");
        assertEquals(
            Optional.of(new Bar(1001, 1202, 903, 1104, 45, 17)),
            read().of("BTCUSDT").at(0),
            header + unit);
      }
    }
  }

  @Test
  void joins_the_files_of_a_symbol_and_aligns_all_symbols_in_time() {
    Candles.write(
        folder.resolve("BTCUSDT-1m-2025-01.csv"), HEADER, IntStream.range(0, 3), Candles::line);
    Candles.write(
        folder.resolve("BTCUSDT-1m-2025-02.csv"), HEADER, IntStream.range(5, 8), Candles::line);
    Candles.write(folder.resolve("ETHUSDT-1m.csv"), "", IntStream.range(2, 10), Candles::line);
    Candles.text(folder.resolve("README.txt"), "not candles");
    var recording = read();
    assertEquals(10, recording.minutes());
    assertEquals(List.of("BTCUSDT", "ETHUSDT"), recording.symbols());
    assertEquals(List.of(0, 1, 2, 5, 6, 7), present(recording.of("BTCUSDT")));
    assertEquals(List.of(2, 3, 4, 5, 6, 7, 8, 9), present(recording.of("ETHUSDT")));
  }

  @Test
  void derives_tick_and_step_from_the_figures() {
    Candles.write(folder, "BTCUSDT", 100);
    assertEquals(amount("0.0001"), read().of("BTCUSDT").units().tick());
    assertEquals(amount("1"), read().of("BTCUSDT").units().step());
  }

  @Test
  void an_invalid_line_is_rejected_with_file_and_number() {
    Candles.text(
        folder.resolve("BTCUSDT-1m.csv"),
        HEADER + Candles.line(0) + "\n" + Candles.line(1).replace(",90.", ",900.") + "\n");
    var refused = assertThrows(IllegalArgumentException.class, this::read);
    assertEquals(
        folder.resolve("BTCUSDT-1m.csv")
            + " line 3: prices must be positive and lie between low and high",
        refused.getMessage());
  }

  @Test
  void a_volume_that_is_too_small_for_the_recorded_prices_is_rejected() {
    Candles.text(
        folder.resolve("BTCUSDT-1m.csv"),
        HEADER + Candles.line(0) + "\n" + Candles.line(1).replace(",4.0", ",3.0") + "\n");
    var refused = assertThrows(IllegalArgumentException.class, this::read);
    assertEquals(
        folder.resolve("BTCUSDT-1m.csv")
            + " line 3: the volume is too small for trades at these prices",
        refused.getMessage());
  }

  @Test
  void a_line_with_too_few_columns_or_a_fraction_of_a_minute_is_rejected() {
    Candles.text(folder.resolve("BTCUSDT-1m.csv"), "1,2,3\n");
    assertThrows(IllegalArgumentException.class, this::read);
    Candles.text(
        folder.resolve("BTCUSDT-1m.csv"), Candles.line(0).replace("020000,", "020001,") + "\n");
    assertThrows(IllegalArgumentException.class, this::read);
  }

  @Test
  void a_folder_without_candles_is_rejected_by_name() {
    var refused = assertThrows(IllegalArgumentException.class, this::read);
    assertEquals(
        folder + ": no candles found; expected files named <SYMBOL>-1m.csv or .csv.gz",
        refused.getMessage());
  }

  private RecordedMarketData read() {
    return KlineFiles.read(folder, 1);
  }

  private static List<Integer> present(CandleSeries series) {
    return IntStream.range(0, series.length())
        .filter(index -> series.at(index).isPresent())
        .boxed()
        .toList();
  }

  private static BigDecimal amount(String text) {
    return new BigDecimal(text).setScale(Candle.DECIMALS);
  }
}
