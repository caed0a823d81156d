package dev.verticker.dev.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Many WebSockets on one thread with minimal work for each frame: it records the time of a frame and skips its payload.
 * Control frames and heartbeats are answered but not counted.
 */
final class WebSocketLoadClient implements AutoCloseable {
  private static final int TEXT = 1;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final byte[] MASK = {0, 0, 0, 0};

  private final InetSocketAddress server;
  private final String path;
  private final List<String> greetings;
  private final String answer;
  private final String heartbeat;
  private final List<Socket> sockets = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
  private final Selector selector;
  private long[] times = new long[0];
  private int received;
  private final ByteArrayOutputStream first = new ByteArrayOutputStream();

  /** A WebSocket with the partly received frame. */
  private static final class Socket {
    private final SocketChannel channel;
    private final byte[] head = new byte[4];
    private int headBytes;
    private int remaining;

    Socket(SocketChannel channel) {
      this.channel = channel;
    }
  }

  /**
   * @param greetings text frames to send after the handshake
   * @param answer text of the frame after which a socket is ready; null = after the handshake
   * @param heartbeat sent in response to each frame of one character; null = none
   */
  WebSocketLoadClient(
      int port, String path, List<String> greetings, String answer, String heartbeat)
      throws IOException {
    this.server = new InetSocketAddress("127.0.0.1", port);
    this.path = path;
    this.greetings = greetings;
    this.answer = answer;
    this.heartbeat = heartbeat;
    this.selector = Selector.open();
  }

  /** Opens more sockets. */
  void open(int more) throws IOException {
    for (var i = 0; i < more; i++) {
      sockets.add(open());
      if (i % 100 == 99) {
        // Respond to pings to the first sockets.
        select(0);
      }
    }
  }

  /** Runs {@code trigger}, waits for a number of frames on each socket, and returns their {@link System#nanoTime}s. */
  long[] await(int frames, Trigger trigger) throws IOException, InterruptedException {
    times = new long[frames * sockets.size()];
    received = 0;
    select(0);
    var sender = new Thread(() -> {
      try {
        trigger.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    sender.start();
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (received < times.length) {
      select(100);
      if (System.nanoTime() > end) {
        throw new IllegalStateException(path + ": " + received + " of " + times.length + " frames");
      }
    }
    sender.join();
    return times;
  }

  /** The text of the newest frame of the first socket. */
  String newest() {
    return first.toString(StandardCharsets.UTF_8);
  }

  int size() {
    return sockets.size();
  }

  @Override
  public void close() throws IOException {
    for (var socket : sockets) {
      socket.channel.close();
    }
    selector.close();
  }

  interface Trigger {
    void run() throws IOException, InterruptedException;
  }

  private Socket open() throws IOException {
    var channel = SocketChannel.open(server);
    channel.socket().setTcpNoDelay(true);
    var upgrade =
        """
        GET %s HTTP/1.1
        Host: 127.0.0.1:%d
        Upgrade: websocket
        Connection: Upgrade
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

        """
            .formatted(
                path.replace("{session}", "s" + sockets.size() + "x" + server.getPort()),
                server.getPort())
            .replace("\n", "\r\n");
    channel.write(ByteBuffer.wrap(upgrade.getBytes(StandardCharsets.US_ASCII)));
    var response = new StringBuilder();
    read(channel, response, "\r\n\r\n");
    if (!response.toString().startsWith("HTTP/1.1 101")) {
      throw new IllegalStateException(response.toString());
    }
    for (var greeting : greetings) {
      channel.write(frame(TEXT, greeting.getBytes(StandardCharsets.UTF_8)));
    }
    if (answer != null) {
      read(channel, response, answer);
    }
    channel.configureBlocking(false);
    var socket = new Socket(channel);
    channel.register(selector, SelectionKey.OP_READ, socket);
    return socket;
  }

  /** Reads with blocking until {@code response} contains the text. */
  private void read(SocketChannel channel, StringBuilder response, String until)
      throws IOException {
    while (response.indexOf(until) < 0) {
      buffer.clear();
      if (channel.read(buffer) < 0) {
        throw new IllegalStateException("closed after " + response);
      }
      buffer.flip();
      response.append(StandardCharsets.ISO_8859_1.decode(buffer));
    }
  }

  private void select(long timeoutMs) throws IOException {
    if (timeoutMs == 0) {
      selector.selectNow(this::read);
    } else {
      selector.select(this::read, timeoutMs);
    }
  }

  private void read(SelectionKey key) {
    try {
      var socket = (Socket) key.attachment();
      buffer.clear();
      if (socket.channel.read(buffer) < 0) {
        throw new IllegalStateException(path + ": the server closed a socket");
      }
      buffer.flip();
      onData(socket, System.nanoTime());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void onData(Socket socket, long now) throws IOException {
    while (buffer.hasRemaining()) {
      var skipped = Math.min(socket.remaining, buffer.remaining());
      if (socket == sockets.get(0)) {
        for (var i = 0; i < skipped; i++) {
          first.write(buffer.get(buffer.position() + i));
        }
      }
      buffer.position(buffer.position() + skipped);
      socket.remaining -= skipped;
      if (socket.remaining == 0 && buffer.hasRemaining()) {
        socket.head[socket.headBytes++] = buffer.get();
        onHeader(socket, now);
      }
    }
  }

  /** A frame header has 2 bytes, or 4 if the payload has 126 bytes or more. */
  private void onHeader(Socket socket, long now) throws IOException {
    var head = socket.head;
    if (socket.headBytes < 2 || socket.headBytes < 4 && (head[1] & 0x7f) == 126) {
      return;
    }
    var length = socket.headBytes == 2 ? head[1] & 0x7f : (head[2] & 0xff) << 8 | head[3] & 0xff;
    socket.headBytes = 0;
    socket.remaining = length;
    if ((head[0] & 0x0f) == PING) {
      socket.channel.write(frame(PONG, new byte[0]));
    } else if (length > 1) {
      if (received == times.length) {
        throw new IllegalStateException(path + ": unexpected frame");
      }
      times[received++] = now;
      if (socket == sockets.get(0)) {
        first.reset();
      }
    } else if (heartbeat != null) {
      socket.channel.write(frame(TEXT, heartbeat.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static ByteBuffer frame(int kind, byte[] payload) {
    var frame = ByteBuffer.allocate(8 + payload.length).put((byte) (0x80 | kind));
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else {
      frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    }
    return frame.put(MASK).put(payload).flip();
  }
}
