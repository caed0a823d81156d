package dev.verticker.api.socket.topic;

import dev.verticker.api.market.BookJson;
import dev.verticker.api.market.MarketDemand;
import dev.verticker.api.market.SharedReads;
import dev.verticker.api.quotes.FeedMonitor;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.topic.ConflatedTopic.Changes;
import dev.verticker.api.socket.topic.ConflatedTopic.TopicResources;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.FindBook;
import dev.verticker.message.Timestamps;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** The topic {@code book.<SYMBOL>}: the newest book. Every frame replaces the book before. */
final class BookTopic extends LiveTopic<Book, Book> {
  private static final String PREFIX = "book.";

  private final String topic;
  private final FindBook find;
  private final FeedMonitor feed;
  private final Clock clock;
  private final SharedReads reads;
  private final Context loop;

  /** Null until it is read. */
  private Book newest;

  /** Whether the subscribers know that the book is stale. */
  private boolean stale;

  private BookTopic(
      TopicResources resources,
      String topic,
      FeedMonitor feed,
      Clock clock,
      SharedReads reads,
      Context loop) {
    super(resources);
    this.topic = topic;
    this.find = new FindBook(topic.substring(PREFIX.length()));
    this.feed = feed;
    this.clock = clock;
    this.reads = reads;
    this.loop = loop;
  }

  /** The topics of books on an event loop. */
  static LiveChannel.Kind<Books.Update, Book> kind(
      TopicResources resources,
      FeedMonitor feed,
      Clock clock,
      SharedReads reads,
      Context loop,
      MarketDemand demand) {
    return new LiveChannel.Kind<>() {
      @Override
      public String symbol(String topic) {
        return topic.substring(PREFIX.length());
      }

      @Override
      public BookTopic create(String topic) {
        return new BookTopic(resources, topic, feed, clock, reads, loop);
      }

      @Override
      public void split(Books.Update message, BiConsumer<String, Book> each) {
        message.books().forEach(book -> each.accept(book.symbol(), book));
      }

      @Override
      public Duration readPause() {
        return TradeTopic.READ_PAUSE;
      }

      @Override
      public void onSymbols(Set<String> symbols) {
        demand.setBooks(this, symbols);
      }
    };
  }

  @Override
  Future<Boolean> read(boolean whole) {
    return reads.request(Books.FIND, find, loop).map(book -> {
      apply(book);
      return false;
    });
  }

  @Override
  Duration silence() {
    return isStreamed() ? TradeTopic.SILENCE : TradeTopic.READ_INTERVAL;
  }

  @Override
  void apply(Book book) {
    if (newest == null || book.supersedes(newest)) {
      newest = book;
      publishBook();
    }
  }

  @Override
  void onCheck() {
    if (isStale() != stale) {
      publishBook();
    }
  }

  private void publishBook() {
    var before = stale;
    stale = isStale();
    publish(newest, stale != before);
  }

  private boolean isStale() {
    return feed.isStale(newest.receivedAt(), clock.instant(), isStreamed());
  }

  @Override
  public List<Frame> snapshot() {
    return isLoaded() ? List.of(frame()) : List.of();
  }

  @Override
  public Changes<Book> noChanges() {
    return new NewestBook();
  }

  private Frame frame() {
    var now = clock.instant();
    var json = new StringBuilder("{\"event\":\"book\",\"topic\":")
        .append(Json.encode(topic))
        .append(",\"at\":\"")
        .append(Timestamps.write(now))
        .append("\",");
    return Frame.of(
        topic, BookJson.append(json, newest, now, isStale()).append('}').toString());
  }

  /** Of all changes only the newest book is sent. */
  private final class NewestBook implements Changes<Book> {
    private boolean changed;

    @Override
    public void add(Book book) {
      changed = true;
    }

    @Override
    public boolean isEmpty() {
      return !changed;
    }

    @Override
    public List<Frame> encode() {
      return List.of(frame());
    }
  }
}
