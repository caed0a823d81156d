package dev.verticker.api.request;

import dev.verticker.api.web.ClientAddresses;
import dev.verticker.bus.Failure;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Validates requests of one operation: 400 for a malformed request, 422 with all errors for a request that violates the
 * contract.
 *
 * <p>The request validation of Vert.x OpenAPI 5.0.10 is not used: it decodes values twice, parses text as JSON where it can (a
 * symbol {@code 1000} becomes a number), takes the first of a repeated parameter, ignores unknown ones, and moves each
 * request to a worker thread and back. Only its schema validators are used.
 */
public final class RequestValidator {
  /** The limit of a request body. */
  public static final int MAX_BODY_BYTES = 64 * 1024;

  /** The extension that marks a frequently called operation, whose parameter schemas are compiled: {@link CompiledSchema}. */
  public static final String HOT = "x-hot";

  /** The extension that marks an operation whose handler validates the query and whose errors have a format of their own. */
  public static final String OWN_ERRORS = "x-own-errors";

  static final String PATH = "path/";
  static final String QUERY = "query/";
  static final String HEADER = "header/";

  private final List<Parameter> path = new ArrayList<>();
  private final Map<String, Parameter> query = new LinkedHashMap<>();
  private final List<Parameter> header = new ArrayList<>();
  private final RequestBody body;
  private final boolean ownErrors;
  private final ClientAddresses addresses;

  public RequestValidator(
      OpenAPIContract contract, Operation operation, ClientAddresses addresses) {
    this.addresses = addresses;
    var hot = operation.getOpenAPIModel().getBoolean(HOT, false);
    this.ownErrors = operation.getOpenAPIModel().getBoolean(OWN_ERRORS, false);
    for (var declared : operation.getParameters()) {
      if (ownErrors && declared.getIn() == Location.QUERY) {
        continue;
      }
      var parameter = Parameter.of(contract, declared, hot);
      switch (declared.getIn()) {
        case PATH -> path.add(parameter);
        case QUERY -> query.put(declared.getName(), parameter);
        case HEADER -> header.add(parameter);
        default -> throw new IllegalArgumentException("cookie parameters are not supported");
      }
    }
    this.body = RequestBody.of(contract, operation);
  }

  /** Returns the validated request, or throws a {@link Failure} or {@link UnsupportedMediaTypeException}. */
  public ApiRequest validate(RoutingContext context, Caller caller) {
    var values = new HashMap<String, Object>();
    var errors = new ArrayList<Failure.Error>();
    for (var parameter : path) {
      parameter.read(List.of(context.pathParam(parameter.name())), values, errors);
    }
    if (ownErrors) {
      values.put(QUERY, QueryString.parse(context.request().query()));
    } else {
      readQuery(context.request(), values, errors);
    }
    for (var parameter : header) {
      parameter.read(context.request().headers().getAll(parameter.name()), values, errors);
    }
    var sent = body == null ? null : body.read(context, errors);
    if (!errors.isEmpty()) {
      throw Failure.Invalid.of(errors);
    }
    return new ApiRequest(
        context.request().path(),
        caller,
        () -> addresses.of(context.request()),
        context.request().getHeader(HttpHeaders.USER_AGENT),
        values,
        sent);
  }

  private void readQuery(
      HttpServerRequest request, Map<String, Object> values, List<Failure.Error> errors) {
    var sent = QueryString.parse(request.query());
    for (var name : sent.keySet()) {
      if (!query.containsKey(name)) {
        var shortened = name.length() <= 64 ? name : name.substring(0, 64);
        errors.add(new Failure.Error(QUERY + shortened, "unknown-parameter", "Unknown parameter."));
      }
    }
    for (var parameter : query.values()) {
      parameter.read(sent.getOrDefault(parameter.name(), List.of()), values, errors);
    }
  }
}
