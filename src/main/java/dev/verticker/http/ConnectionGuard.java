package dev.verticker.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Guards one HTTP/1.x connection, directly after the decoder: marks ambiguous requests as invalid, and closes the connection
 * of a client that sends headers or body too slowly or does not read its response. While the server drains, each connection
 * ends with its current response. {@link ControlFrames} replaces the guard when the connection becomes a WebSocket.
 */
final class ConnectionGuard extends ChannelDuplexHandler {
  private final ConnectionTimeouts timeouts;
  private final BooleanSupplier draining;
  private Future<?> deadline;
  private Future<?> outputCheck;
  private boolean betweenRequests;
  private boolean bodyBegan;
  private boolean messageArrived;
  private boolean rejected;
  private boolean lastResponse;
  private long unsentBytes;

  ConnectionGuard(ConnectionTimeouts timeouts, BooleanSupplier draining) {
    this.timeouts = timeouts;
    this.draining = draining;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    closeUnlessDoneIn(context, timeouts.header());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    stop(deadline);
    stop(outputCheck);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    messageArrived = true;
    if (rejected || lastResponse) {
      // Data after an ambiguous request, whose end is unclear, or after the last response.
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest request) {
      if (request.decoderResult().isSuccess() && AmbiguousRequests.isAmbiguous(request)) {
        rejected = true;
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        request.setDecoderResult(
            DecoderResult.failure(new IllegalArgumentException("ambiguous request")));
      }
      if (AmbiguousRequests.isHandshake(request)) {
        // The length is zero. Vert.x cannot upgrade a request whose body was read, even an empty
        // one.
        request.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
      }
      betweenRequests = false;
      bodyBegan = true;
    }
    if (message instanceof HttpContent content
        && !(message instanceof HttpRequest)
        && content.decoderResult().isFailure()) {
      // The class by which BodyHandler recognizes a fault of the client.
      content.setDecoderResult(
          DecoderResult.failure(new DecoderException(content.decoderResult().cause())));
    }
    if (message instanceof LastHttpContent) {
      betweenRequests = true;
      bodyBegan = false;
      stop(deadline);
      deadline = null;
    }
    super.channelRead(context, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    if (betweenRequests && !messageArrived) {
      // The first bytes of the next request.
      betweenRequests = false;
      closeUnlessDoneIn(context, timeouts.header());
    }
    if (bodyBegan) {
      // Only now, because nearly every request arrives in one read and needs no timer.
      bodyBegan = false;
      closeUnlessDoneIn(context, timeouts.body());
    }
    messageArrived = false;
    super.channelReadComplete(context);
  }

  /** A reset by the client is the end of the connection and no error. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
    if (cause instanceof IOException) {
      context.close();
    } else {
      super.exceptionCaught(context, cause);
    }
  }

  /** Vert.x closes the connection after a broken chunk, and would drop the response to it. */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
    context.flush();
    super.close(context, promise);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    if (message instanceof HttpResponse response
        && response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
      super.write(context, message, promise);
      context.pipeline().replace(this, "control-frames", new ControlFrames());
      watchReadsOnly(context.pipeline());
      readWholeMessages(context.pipeline());
      return;
    }
    if (message instanceof HttpResponse response
        && response.status().codeClass() != HttpStatusClass.INFORMATIONAL
        && draining.getAsBoolean()) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      lastResponse = true;
    }
    super.write(context, message, promise);
    if (lastResponse && message instanceof LastHttpContent) {
      promise.addListener(sent -> context.close());
    }
    if (outputCheck == null) {
      unsentBytes = Long.MAX_VALUE;
      checkOutputLater(context);
    }
  }

  /**
   * WebSocket clients respond to pings, so reads alone show that they are connected; timing writes would cost CPU per
   * frame.
   */
  private void watchReadsOnly(ChannelPipeline pipeline) {
    var idle = pipeline.get(IdleStateHandler.class);
    if (idle != null) {
      pipeline.replace(
          idle,
          "idle",
          new IdleStateHandler(timeouts.idle().toMillis(), 0, 0, TimeUnit.MILLISECONDS));
    }
  }

  /**
   * Vert.x does not validate text and loses a message whose first fragment is empty: it receives only complete, valid
   * messages.
   */
  private static void readWholeMessages(ChannelPipeline pipeline) {
    pipeline
        .addBefore(
            "handler", "messages", new WebSocketFrameAggregator(HttpServers.MAX_MESSAGE_BYTES))
        .addBefore("handler", "utf8", new Utf8FrameValidator(false));
  }

  private void checkOutputLater(ChannelHandlerContext context) {
    outputCheck = context
        .executor()
        .schedule(() -> checkOutput(context), timeouts.send().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void checkOutput(ChannelHandlerContext context) {
    context.flush();
    var buffer = context.channel().unsafe().outboundBuffer();
    var unsent = buffer == null ? 0 : buffer.totalPendingWriteBytes();
    outputCheck = null;
    if (unsent == 0) {
      return;
    }
    if (unsent == unsentBytes) {
      context.close();
      return;
    }
    unsentBytes = unsent;
    checkOutputLater(context);
  }

  private void closeUnlessDoneIn(ChannelHandlerContext context, Duration limit) {
    stop(deadline);
    deadline =
        context.executor().schedule(() -> context.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void stop(Future<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }
}
