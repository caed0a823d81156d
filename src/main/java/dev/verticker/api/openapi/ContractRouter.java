package dev.verticker.api.openapi;

import dev.verticker.api.request.CompiledSchema;
import dev.verticker.api.request.RequestValidator;
import dev.verticker.api.web.ClientAddresses;
import dev.verticker.api.web.Cors;
import dev.verticker.api.web.RequestContextHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.PlatformHandler;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Turns a contract into a router: routes, security, checks of the input and refusals come from the contract, the work from
 * one handler per {@code operationId}. The router may be shared by all instances of a verticle.
 */
public final class ContractRouter {
  static final int BODY_BYTES = 64 * 1024;

  /** Names the path parameter whose owner may do it without the permission. */
  static final String OWNER = "x-owner";

  /** Marks an operation that is asked so often that its schemas are worth compiling: {@link CompiledSchema}. */
  public static final String HOT = "x-hot";

  private final Vertx vertx;
  private final Contract contract;
  private final Map<String, Authenticator> guards = new LinkedHashMap<>();
  private final Map<String, ApiHandler> handlers = new LinkedHashMap<>();
  private Cors cors = new Cors(List.of());
  private ClientAddresses addresses = new ClientAddresses(List.of());

  public ContractRouter(Vertx vertx, Contract contract) {
    this.vertx = vertx;
    this.contract = contract;
  }

  /** Enforces a security scheme of the contract. */
  public ContractRouter guard(String securityScheme, Authenticator guard) {
    guards.put(securityScheme, guard);
    return this;
  }

  /** Does the work of an operation. */
  public ContractRouter on(String operationId, ApiHandler handler) {
    handlers.put(operationId, handler);
    return this;
  }

  /** Which pages of other origins may ask. Without this none. */
  public ContractRouter allow(Cors cors) {
    this.cors = cors;
    return this;
  }

  /** How a client's address is found. Without this it is the connection's. */
  public ContractRouter find(ClientAddresses addresses) {
    this.addresses = addresses;
    return this;
  }

  /**
   * Puts it together, the documentation page included; routes added to it later answer what the contract does not.
   *
   * @param api names this front door in metrics and logs
   * @throws ContractFault when an operation has no handler, no security and no public mark, or undocumented refusals
   */
  public Router router(String api, MeterRegistry metrics) {
    ContractCheck.check(contract, handlers.keySet(), guards.keySet());
    var builder = RouterBuilder.create(vertx, contract.openApi())
        .rootHandler(new RequestContextHandler(api, metrics))
        .rootHandler(cors)
        .rootHandler((PlatformHandler) RequestContextHandler::rejectUnreadableUrl)
        .rootHandler(BodyHandler.create(false).setBodyLimit(BODY_BYTES));
    var operations = contract.openApi().operations().stream()
        .collect(Collectors.toMap(Operation::getOperationId, this::operation));
    // Security and validation are ours: see Guard and Inputs.
    operations.forEach((id, handler) ->
        builder.getRoute(id).setDoSecurity(false).setDoValidation(false).addHandler(handler));
    var router = builder.createRouter();
    contract.openApi().getPaths().forEach(path -> addHead(router, path, operations));
    contract.openApi().getPaths().forEach(path -> addOtherMethods(router, path));
    addRefusals(router);
    return router;
  }

  private OperationHandler operation(Operation operation) {
    var policies = operation.getSecurityRequirements().stream()
        .map(alternative -> {
          var scheme = alternative.getNames().iterator().next();
          return new OperationHandler.Policy(
              guards.get(scheme),
              alternative.getScopes(scheme),
              operation.getOpenAPIModel().getString(OWNER));
        })
        .toList();
    return new OperationHandler(
        operation.getOperationId(),
        policies,
        List.copyOf(guards.values()),
        inputs(operation),
        handlers.get(operation.getOperationId()));
  }

  private RequestValidator inputs(Operation operation) {
    try {
      return new RequestValidator(contract.openApi(), operation, addresses);
    } catch (IllegalArgumentException e) {
      throw new InvalidContractException(
          contract.name() + ": operation " + operation.getOperationId() + ": " + e.getMessage());
    }
  }

  private static void addHead(Router router, Path path, Map<String, OperationHandler> operations) {
    path.getOperations().stream()
        .filter(operation -> operation.getHttpMethod().equals(HttpMethod.GET))
        .forEach(operation ->
            router.head(route(path)).handler(operations.get(operation.getOperationId())));
  }

  private static void addOtherMethods(Router router, Path path) {
    var allowed = new TreeSet<String>();
    allowed.add(HttpMethod.OPTIONS.name());
    for (var operation : path.getOperations()) {
      allowed.add(operation.getHttpMethod().name());
      if (operation.getHttpMethod().equals(HttpMethod.GET)) {
        allowed.add(HttpMethod.HEAD.name());
      }
    }
    router.route(route(path)).handler(otherMethod(String.join(", ", allowed)));
  }

  private static Handler<RoutingContext> otherMethod(String allowed) {
    return context -> {
      context.response().putHeader("Allow", allowed);
      if (context.request().method().equals(HttpMethod.OPTIONS)) {
        context.response().setStatusCode(204).end();
      } else {
        context.fail(405);
      }
    };
  }

  private static void addRefusals(Router router) {
    var problems = new ProblemHandler();
    router.route().last().handler(context -> context.fail(404)).failureHandler(problems);
    // What fails before the first route, and a path that is none.
    for (var status : new int[] {400, 404, 405, 500}) {
      router.errorHandler(status, problems);
    }
  }

  /** {@code /users/{id}} as the router writes it: {@code /users/:id}. */
  private static String route(Path path) {
    return path.getName().replaceAll("\\{(.*?)}", ":$1");
  }
}
