package dev.verticker.price.exchange;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.vertx.ext.web.codec.BodyCodec;
import io.vertx.ext.web.codec.spi.BodyStream;

/** A response body of at most so many bytes; one byte more fails the request, so nothing piles up. */
final class BoundedBody implements BodyCodec<Buffer> {
  private final int mostBytes;

  BoundedBody(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public BodyStream<Buffer> stream() {
    return new Stream(mostBytes);
  }

  private static final class Stream implements BodyStream<Buffer> {
    private final int mostBytes;
    private final Buffer body = Buffer.buffer();
    private final Promise<Buffer> result = Promise.promise();

    Stream(int mostBytes) {
      this.mostBytes = mostBytes;
    }

    @Override
    public Future<Buffer> result() {
      return result.future();
    }

    @Override
    public Future<Void> write(Buffer chunk) {
      if (body.length() + chunk.length() > mostBytes) {
        var failure = new ExchangeFailure.Unavailable(
            "the exchange sent more than the " + mostBytes + " bytes such an answer may have");
        result.tryFail(failure);
        return Future.failedFuture(failure);
      }
      body.appendBuffer(chunk);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
      result.tryComplete(body);
      return Future.succeededFuture();
    }

    @Override
    public void handle(Throwable failure) {
      result.tryFail(failure);
    }

    @Override
    public boolean writeQueueFull() {
      return false;
    }

    @Override
    public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
      return this;
    }

    @Override
    public WriteStream<Buffer> drainHandler(Handler<Void> handler) {
      return this;
    }

    @Override
    public WriteStream<Buffer> exceptionHandler(Handler<Throwable> handler) {
      return this;
    }
  }
}
