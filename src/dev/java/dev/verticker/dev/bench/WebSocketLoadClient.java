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
 * Many WebSockets on one thread, with as little work as possible for each frame: it notes when a frame came and passes over
 * what is in it. Control frames and heartbeats are answered, not counted.
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
  private final List<Member> members = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
  private final Selector selector;
  private long[] times = new long[0];
  private int came;
  private final ByteArrayOutputStream first = new ByteArrayOutputStream();

  /** One socket: its channel and the part of a frame that has come so far. */
  private static final class Member {
    private final SocketChannel channel;
    private final byte[] head = new byte[4];
    private int headBytes;
    private int left;

    Member(SocketChannel channel) {
      this.channel = channel;
    }
  }

  /**
   * @param greetings text frames to send first
   * @param answer a member is there once this has come in a frame; null = at once
   * @param heartbeat what to send for each frame of one character; null = nothing
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

  /** Adds so many. */
  void join(int more) throws IOException {
    for (var i = 0; i < more; i++) {
      members.add(join());
      if (i % 100 == 99) {
        // Who came first is pinged meanwhile.
        turn(0);
      }
    }
  }

  /** Runs {@code trigger}, then waits for so many frames of each; answers when each of them came, in nanoseconds. */
  long[] hear(int frames, Trigger trigger) throws IOException, InterruptedException {
    times = new long[frames * members.size()];
    came = 0;
    turn(0);
    var telling = new Thread(() -> {
      try {
        trigger.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    telling.start();
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (came < times.length) {
      turn(100);
      if (System.nanoTime() > end) {
        throw new IllegalStateException(path + ": " + came + " of " + times.length + " frames");
      }
    }
    telling.join();
    return times;
  }

  /** The text of the newest frame that came to the first member. */
  String newest() {
    return first.toString(StandardCharsets.UTF_8);
  }

  int size() {
    return members.size();
  }

  @Override
  public void close() throws IOException {
    for (var member : members) {
      member.channel.close();
    }
    selector.close();
  }

  interface Trigger {
    void run() throws IOException, InterruptedException;
  }

  private Member join() throws IOException {
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
                path.replace("{session}", "s" + members.size() + "x" + server.getPort()),
                server.getPort())
            .replace("\n", "\r\n");
    channel.write(ByteBuffer.wrap(upgrade.getBytes(StandardCharsets.US_ASCII)));
    var heard = new StringBuilder();
    read(channel, heard, "\r\n\r\n");
    if (!heard.toString().startsWith("HTTP/1.1 101")) {
      throw new IllegalStateException(heard.toString());
    }
    for (var greeting : greetings) {
      channel.write(frame(TEXT, greeting.getBytes(StandardCharsets.UTF_8)));
    }
    if (answer != null) {
      read(channel, heard, answer);
    }
    channel.configureBlocking(false);
    var member = new Member(channel);
    channel.register(selector, SelectionKey.OP_READ, member);
    return member;
  }

  /** Blocks; what was read stays in {@code heard}. The answer comes last before a member only listens. */
  private void read(SocketChannel channel, StringBuilder heard, String until) throws IOException {
    while (heard.indexOf(until) < 0) {
      buffer.clear();
      if (channel.read(buffer) < 0) {
        throw new IllegalStateException("closed after " + heard);
      }
      buffer.flip();
      heard.append(StandardCharsets.ISO_8859_1.decode(buffer));
    }
  }

  private void turn(long waitMs) throws IOException {
    if (waitMs == 0) {
      selector.selectNow(this::read);
    } else {
      selector.select(this::read, waitMs);
    }
  }

  private void read(SelectionKey key) {
    try {
      var member = (Member) key.attachment();
      buffer.clear();
      if (member.channel.read(buffer) < 0) {
        throw new IllegalStateException(path + ": the server closed a socket");
      }
      buffer.flip();
      hear(member, System.nanoTime());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void hear(Member member, long now) throws IOException {
    while (buffer.hasRemaining()) {
      var passed = Math.min(member.left, buffer.remaining());
      if (member == members.get(0)) {
        for (var i = 0; i < passed; i++) {
          first.write(buffer.get(buffer.position() + i));
        }
      }
      buffer.position(buffer.position() + passed);
      member.left -= passed;
      if (member.left == 0 && buffer.hasRemaining()) {
        member.head[member.headBytes++] = buffer.get();
        begin(member, now);
      }
    }
  }

  /** A frame's header has 2 bytes, or 4 when its payload has 126 or more. */
  private void begin(Member member, long now) throws IOException {
    var head = member.head;
    if (member.headBytes < 2 || member.headBytes < 4 && (head[1] & 0x7f) == 126) {
      return;
    }
    var length = member.headBytes == 2 ? head[1] & 0x7f : (head[2] & 0xff) << 8 | head[3] & 0xff;
    member.headBytes = 0;
    member.left = length;
    if ((head[0] & 0x0f) == PING) {
      member.channel.write(frame(PONG, new byte[0]));
    } else if (length > 1) {
      if (came == times.length) {
        throw new IllegalStateException(path + ": a frame nobody expected");
      }
      times[came++] = now;
      if (member == members.get(0)) {
        first.reset();
      }
    } else if (heartbeat != null) {
      member.channel.write(frame(TEXT, heartbeat.getBytes(StandardCharsets.UTF_8)));
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
