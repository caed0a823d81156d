package dev.verticker.api.socket.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
  private static final int MAX_PAYLOAD = 65_536;

  @ParameterizedTest
  @ValueSource(ints = {2, 125, 126, 65_535, 65_536, 65_537, 131_072, 200_000})
  void a_websocket_client_decodes_a_message_of_any_length(int length) {
    var text = "{" + "x".repeat(length - 2) + "}";
    var frames = decode(Frame.of("users", text).webSocket(WireProtocol.PLAIN), false);
    assertEquals((length + MAX_PAYLOAD - 1) / MAX_PAYLOAD, frames.size());
    assertEquals(
        List.of(text), decode(Frame.of("users", text).webSocket(WireProtocol.PLAIN), true));
  }

  @Test
  void the_bridge_receives_the_message_with_its_address() {
    var body = new JsonObject().put("event", "user_created").put("name", "Zoë");
    var expected = new JsonObject().put("type", "rec").put("address", "users").put("body", body);
    var bridged = decode(Frame.of("users", body).webSocket(WireProtocol.BRIDGE), true);
    assertEquals(expected, new JsonObject(bridged.get(0)));
  }

  @Test
  void sockjs_receives_an_array_in_ascii() {
    var text = "{\"name\":\"Zoë \u2028 \ud83d\ude00 \u007f \\\" \\n\"}";
    var message = decode(Frame.of(new JsonObject(text)).sockJs(), true).get(0);
    assertEquals("a", message.substring(0, 1));
    assertEquals(
        new JsonObject(text), new JsonObject(new JsonArray(message.substring(1)).getString(0)));
    assertEquals(
        message,
        new String(message.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII));
  }

  @Test
  void a_message_without_topic_is_the_same_in_both_protocols() {
    var frame = Frame.of(new JsonObject().put("event", "pong"));
    assertEquals("{\"event\":\"pong\"}", frame.text(WireProtocol.PLAIN));
    assertEquals("{\"event\":\"pong\"}", frame.text(WireProtocol.BRIDGE));
  }

  @Test
  void each_encoding_is_created_once() {
    var frame = Frame.of("users", "{}");
    assertSame(frame.webSocket(WireProtocol.PLAIN), frame.webSocket(WireProtocol.PLAIN));
    assertSame(frame.webSocket(WireProtocol.BRIDGE), frame.webSocket(WireProtocol.BRIDGE));
    assertSame(frame.sockJs(), frame.sockJs());
  }

  /**
   * Decodes as a client with the default frame limit.
   *
   * @param aggregated whole messages instead of their frames
   */
  private static List<String> decode(byte[] bytes, boolean aggregated) {
    var decoder = new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
        .maxFramePayloadLength(MAX_PAYLOAD)
        .expectMaskedFrames(false)
        .build());
    var channel = aggregated
        ? new EmbeddedChannel(decoder, new WebSocketFrameAggregator(1_000_000))
        : new EmbeddedChannel(decoder);
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    var messages = new ArrayList<String>();
    for (WebSocketFrame frame = channel.readInbound();
        frame != null;
        frame = channel.readInbound()) {
      messages.add(frame.content().toString(StandardCharsets.UTF_8));
      frame.release();
    }
    return messages;
  }
}
