package dev.verticker.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Watches one HTTP/1.x connection from just behind the decoder: ambiguous requests are marked as invalid, and a client that
 * dribbles headers or body, or does not read its answer, is cut off. A server that is about to stop ends each connection
 * with the answer it is waiting for. Leaves once the connection has become a WebSocket.
 */
final class ConnectionGuard extends ChannelDuplexHandler {
  private final HttpLimits limits;
  private final BooleanSupplier leaving;
  private Future<?> deadline;
  private Future<?> outputCheck;
  private boolean betweenRequests;
  private boolean bodyBegan;
  private boolean messageArrived;
  private boolean refused;
  private boolean lastAnswer;
  private long unsentBytes;

  ConnectionGuard(HttpLimits limits, BooleanSupplier leaving) {
    this.limits = limits;
    this.leaving = leaving;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    closeUnlessDoneIn(context, limits.head());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    cancel();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    cancel();
    super.channelInactive(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    messageArrived = true;
    if (refused || lastAnswer) {
      // Whatever comes after a request that two parsers could end at different places, or after the
      // goodbye.
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest request) {
      if (request.decoderResult().isSuccess() && AmbiguousRequests.isAmbiguous(request)) {
        refused = true;
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        request.setDecoderResult(
            DecoderResult.failure(new IllegalArgumentException("ambiguous request")));
      }
      betweenRequests = false;
      bodyBegan = true;
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
      // Bytes that are not yet a request: the next one has begun.
      betweenRequests = false;
      closeUnlessDoneIn(context, limits.head());
    }
    if (bodyBegan) {
      // Only now: nearly every request arrives in one piece and needs no timer.
      bodyBegan = false;
      closeUnlessDoneIn(context, limits.body());
    }
    messageArrived = false;
    super.channelReadComplete(context);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    if (message instanceof HttpResponse response
        && response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
      super.write(context, message, promise);
      context.pipeline().remove(this);
      watchWhatIsHeardOnly(context.pipeline());
      return;
    }
    if (message instanceof HttpResponse response
        && response.status().codeClass() != HttpStatusClass.INFORMATIONAL
        && leaving.getAsBoolean()) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      lastAnswer = true;
    }
    super.write(context, message, promise);
    if (lastAnswer && message instanceof LastHttpContent) {
      promise.addListener(sent -> context.close());
    }
    if (outputCheck == null) {
      unsentBytes = Long.MAX_VALUE;
      checkOutputLater(context);
    }
  }

  /** Whoever reads a WebSocket answers its pings; timing what is written as well would cost every frame. */
  private void watchWhatIsHeardOnly(ChannelPipeline pipeline) {
    var idle = pipeline.get(IdleStateHandler.class);
    if (idle != null) {
      pipeline.replace(
          idle,
          "idle",
          new IdleStateHandler(limits.idle().toMillis(), 0, 0, TimeUnit.MILLISECONDS));
    }
  }

  private void checkOutputLater(ChannelHandlerContext context) {
    outputCheck = context
        .executor()
        .schedule(() -> checkOutput(context), limits.stall().toMillis(), TimeUnit.MILLISECONDS);
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

  private void cancel() {
    stop(deadline);
    stop(outputCheck);
  }

  private static void stop(Future<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }
}
