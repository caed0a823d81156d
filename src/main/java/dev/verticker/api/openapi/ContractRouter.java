package dev.verticker.api.openapi;

import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.request.BodyReader;
import dev.verticker.api.request.RequestValidator;
import dev.verticker.api.web.ClientAddresses;
import dev.verticker.api.web.Cors;
import dev.verticker.api.web.CrossSiteRequests;
import dev.verticker.api.web.RequestContextHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import io.vertx.openapi.contract.SecurityRequirement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Creates a router from a contract: the contract defines routes, security, validation and error responses, and one handler
 * per {@code operationId} serves its requests. All instances of a verticle may share the router.
 */
public final class ContractRouter {
  /** The extension of operations that need no token if the installation publishes its market data. */
  static final String PUBLIC_DATA = "x-public-market-data";

  private final Vertx vertx;
  private final Contract contract;
  private final Map<String, Authenticator> authenticators = new LinkedHashMap<>();
  private final Map<String, Function<ApiRequest, Future<ApiResponse>>> handlers =
      new LinkedHashMap<>();
  private Authenticator publicData;
  private PlatformHandler cors = RoutingContext::next;
  private Predicate<String> allowedOrigins = origin -> false;
  private ClientAddresses addresses = new ClientAddresses(List.of());

  public ContractRouter(Vertx vertx, Contract contract) {
    this.vertx = vertx;
    this.contract = contract;
  }

  /** Sets the authenticator of a security scheme. */
  public ContractRouter security(String scheme, Authenticator authenticator) {
    authenticators.put(scheme, authenticator);
    return this;
  }

  /**
   * Sets the authenticator of the operations that the contract marks {@value #PUBLIC_DATA}, which replaces that of their
   * security scheme; default none.
   */
  public ContractRouter publicData(Authenticator authenticator) {
    publicData = authenticator;
    return this;
  }

  /** Sets the handler of an operation. It fails with a {@link dev.verticker.bus.Failure} for an error response. */
  public ContractRouter operation(
      String operationId, Function<ApiRequest, Future<ApiResponse>> handler) {
    handlers.put(operationId, handler);
    return this;
  }

  /** Sets the CORS configuration; default no other origin. */
  public ContractRouter cors(Cors cors) {
    this.cors = cors;
    this.allowedOrigins = cors::allows;
    return this;
  }

  /** Sets the resolver of client addresses; default the remote address of the connection. */
  public ContractRouter addresses(ClientAddresses addresses) {
    this.addresses = addresses;
    return this;
  }

  /**
   * Creates the router. Callers can add routes for paths outside the contract.
   *
   * @param apiName name of the API in metrics and logs
   * @throws InvalidContractException if contract and handlers do not match
   */
  public Router createRouter(String apiName, MeterRegistry metrics) {
    ContractCheck.check(contract, handlers.keySet(), authenticators.keySet());
    var builder = RouterBuilder.create(vertx, contract.openApi())
        .rootHandler(new RequestContextHandler(apiName, metrics))
        .rootHandler(cors)
        .rootHandler((PlatformHandler) RequestContextHandler::requireDecodableUrl)
        .rootHandler(new BodyReader());
    var literalPaths = contract.openApi().getPaths().stream()
        .map(Path::getName)
        .filter(ContractRouter::isLiteral)
        .collect(Collectors.toUnmodifiableSet());
    var operations = contract.openApi().operations().stream()
        .collect(Collectors.toMap(
            Operation::getOperationId,
            operation -> isLiteral(operation.getOpenAPIPath())
                ? createHandler(operation)
                : except(literalPaths, createHandler(operation))));
    // OperationHandler authenticates and validates instead: see Authenticator and RequestValidator.
    operations.forEach((id, handler) ->
        builder.getRoute(id).setDoSecurity(false).setDoValidation(false).addHandler(handler));
    var router = builder.createRouter();
    contract.openApi().getPaths().forEach(path -> addHeadRoute(router, path, operations));
    contract.openApi().getPaths().forEach(path -> addMethodNotAllowedRoute(router, path));
    addErrorHandlers(router);
    return router;
  }

  private static boolean isLiteral(String path) {
    return !path.contains("{");
  }

  /** Leaves the paths of other operations to those: in {@code DELETE /orders/check} the last part is no id. */
  private static Handler<RoutingContext> except(
      Set<String> paths, Handler<RoutingContext> handler) {
    return context -> {
      if (paths.contains(context.normalizedPath())) {
        context.next();
      } else {
        handler.handle(context);
      }
    };
  }

  private Handler<RoutingContext> createHandler(Operation operation) {
    var policies = operation.getSecurityRequirements().stream()
        .map(alternative -> createPolicy(operation, alternative))
        .toList();
    return new OperationHandler(
        operation.getOperationId(),
        policies,
        new CrossSiteRequests(allowedOrigins, addresses),
        List.copyOf(authenticators.values()),
        createValidator(operation),
        handlers.get(operation.getOperationId()));
  }

  private OperationHandler.Policy createPolicy(
      Operation operation, SecurityRequirement alternative) {
    if (alternative.isEmpty()) {
      return OperationHandler.Policy.ANONYMOUS;
    }
    var scheme = alternative.getNames().iterator().next();
    var isPublic = publicData != null && operation.getOpenAPIModel().getBoolean(PUBLIC_DATA, false);
    return new OperationHandler.Policy(
        isPublic ? publicData : authenticators.get(scheme),
        alternative.getScopes(scheme),
        operation.getOpenAPIModel().getString(OperationHandler.OWNER));
  }

  private RequestValidator createValidator(Operation operation) {
    try {
      return new RequestValidator(contract.openApi(), operation, addresses);
    } catch (IllegalArgumentException e) {
      throw new InvalidContractException(
          contract.name() + ": operation " + operation.getOperationId() + ": " + e.getMessage());
    }
  }

  private static void addHeadRoute(
      Router router, Path path, Map<String, Handler<RoutingContext>> operations) {
    path.getOperations().stream()
        .filter(operation -> operation.getHttpMethod().equals(HttpMethod.GET))
        .forEach(operation ->
            router.head(toRoutePath(path)).handler(operations.get(operation.getOperationId())));
  }

  private static void addMethodNotAllowedRoute(Router router, Path path) {
    var allowed = new TreeSet<String>();
    allowed.add(HttpMethod.OPTIONS.name());
    for (var operation : path.getOperations()) {
      allowed.add(operation.getHttpMethod().name());
      if (operation.getHttpMethod().equals(HttpMethod.GET)) {
        allowed.add(HttpMethod.HEAD.name());
      }
    }
    router.route(toRoutePath(path)).handler(methodNotAllowed(String.join(", ", allowed)));
  }

  private static Handler<RoutingContext> methodNotAllowed(String allowed) {
    return context -> {
      if (OperationHandler.hasFinalSlash(context)) {
        context.next();
        return;
      }
      context.response().putHeader("Allow", allowed);
      if (context.request().method().equals(HttpMethod.OPTIONS)) {
        context.response().setStatusCode(204).end();
      } else {
        context.fail(405);
      }
    };
  }

  private static void addErrorHandlers(Router router) {
    var problems = new ProblemHandler();
    router.route().last().handler(context -> context.fail(404)).failureHandler(problems);
    // Failures before routing, and requests without a route.
    for (var status : new int[] {400, 404, 405, 500}) {
      router.errorHandler(status, problems);
    }
  }

  /** Converts {@code /users/{id}} to the notation of the router, {@code /users/:id}. */
  private static String toRoutePath(Path path) {
    return path.getName().replaceAll("\\{(.*?)}", ":$1");
  }
}
