package dev.verticker.api.openapi;

import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Response;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Refuses to start a front door whose contract promises what the program does not hold, or the other way round. */
final class ContractCheck {
  private final Contract contract;
  private final Set<String> handlers;
  private final Set<String> guards;
  private final List<String> faults = new ArrayList<>();

  private ContractCheck(Contract contract, Set<String> handlers, Set<String> guards) {
    this.contract = contract;
    this.handlers = handlers;
    this.guards = guards;
  }

  /** Throws {@link InvalidContractException} with every fault, each naming its operation. */
  static void check(Contract contract, Set<String> handlers, Set<String> guards) {
    var check = new ContractCheck(contract, handlers, guards);
    var unknown = new TreeSet<>(handlers);
    for (var operation : contract.openApi().operations()) {
      check.operation(operation);
      unknown.remove(operation.getOperationId());
    }
    unknown.forEach(id -> check.fault(id, "has a handler but is not in the contract"));
    if (!check.faults.isEmpty()) {
      throw new InvalidContractException(String.join("\n", check.faults));
    }
  }

  private void operation(Operation operation) {
    var id = operation.getOperationId();
    if (!handlers.contains(id)) {
      fault(id, "has no handler");
    }
    security(operation);
    owner(operation);
    problems(operation);
  }

  private void security(Operation operation) {
    var id = operation.getOperationId();
    var required = operation.getSecurityRequirements();
    if (required.isEmpty() && !operation.getOpenAPIModel().containsKey("security")) {
      fault(
          id, "has neither a security requirement nor the mark of a public one, \"security: []\"");
    }
    for (var alternative : required) {
      if (alternative.size() != 1) {
        fault(id, "must name exactly one security scheme per alternative");
      }
      alternative.getNames().stream()
          .filter(name -> !guards.contains(name))
          .forEach(
              name -> fault(id, "wants security scheme \"" + name + "\", which nothing enforces"));
    }
  }

  private void owner(Operation operation) {
    var owner = operation.getOpenAPIModel().getValue(ContractRouter.OWNER);
    if (owner != null
        && operation.getParameters().stream()
            .noneMatch(parameter ->
                parameter.getIn() == Location.PATH && parameter.getName().equals(owner))) {
      fault(operation.getOperationId(), "names an owner that is no parameter of its path");
    }
  }

  private void problems(Operation operation) {
    for (var status : expected(operation)) {
      var response = operation.getResponse(status);
      if (response == null) {
        fault(operation.getOperationId(), "does not document its answer " + status);
      } else if (!isProblem(response)) {
        fault(
            operation.getOperationId(),
            "does not document its answer " + status + " as application/problem+json");
      }
    }
  }

  /** What any operation of its kind can be answered with. */
  private static Set<Integer> expected(Operation operation) {
    var statuses = new LinkedHashSet<>(List.of(400, 413, 414, 422, 431, 500, 503));
    if (!operation.getSecurityRequirements().isEmpty()) {
      statuses.add(401);
    }
    if (operation.getRequestBody() != null) {
      statuses.add(415);
    }
    for (var status = 400; status < 600; status++) {
      if (operation.getResponse(status) != null) {
        statuses.add(status);
      }
    }
    return statuses;
  }

  private static boolean isProblem(Response response) {
    return response.getContent().keySet().equals(Set.of(Contract.PROBLEM));
  }

  private void fault(String operationId, String sentence) {
    faults.add(contract.name() + ": operation " + operationId + " " + sentence);
  }
}
