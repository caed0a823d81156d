package dev.verticker.api.openapi;

import dev.verticker.api.request.MediaTypes;
import dev.verticker.api.request.RequestValidator;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks at start-up that handlers and authenticators match the contract.
 *
 * @param handlers operation ids with a handler
 * @param schemes security schemes with an authenticator
 */
record ContractCheck(
    Contract contract, Set<String> handlers, Set<String> schemes, List<String> errors) {
  /** Throws {@link InvalidContractException} with all errors and the operation id of each. */
  static void check(Contract contract, Set<String> handlers, Set<String> schemes) {
    var check = new ContractCheck(contract, handlers, schemes, new ArrayList<>());
    var undeclared = new TreeSet<>(handlers);
    for (var operation : contract.openApi().operations()) {
      check.checkOperation(operation);
      undeclared.remove(operation.getOperationId());
    }
    undeclared.forEach(id -> check.addError(id, "has a handler but is not in the contract"));
    if (!check.errors.isEmpty()) {
      throw new InvalidContractException(String.join("\n", check.errors));
    }
  }

  private void checkOperation(Operation operation) {
    var id = operation.getOperationId();
    if (!handlers.contains(id)) {
      addError(id, "has no handler");
    }
    checkSecurity(id, operation);
    var owner = operation.getOpenAPIModel().getString(OperationHandler.OWNER);
    if (owner != null && !hasParameter(operation, Location.PATH, owner)) {
      addError(
          id,
          "names \"" + owner + "\" in " + OperationHandler.OWNER
              + ", which is not a parameter of its path");
    }
    checkPrecondition(operation, "If-Match", 412);
    checkPrecondition(operation, "If-None-Match", 304);
    var ownErrors = operation.getOpenAPIModel().getBoolean(RequestValidator.OWN_ERRORS, false);
    for (var status = 400; status < 600 && !ownErrors; status++) {
      var response = operation.getResponse(status);
      if (response != null && !response.getContent().keySet().equals(Set.of(MediaTypes.PROBLEM))) {
        addError(
            id, "must have application/problem+json as the only content of response " + status);
      }
    }
  }

  private void checkPrecondition(Operation operation, String header, int status) {
    if (hasParameter(operation, Location.HEADER, header) && operation.getResponse(status) == null) {
      addError(operation.getOperationId(), "has " + header + " but no response " + status);
    }
  }

  private void checkSecurity(String id, Operation operation) {
    var required = operation.getSecurityRequirements();
    if (required.isEmpty() && !operation.getOpenAPIModel().containsKey("security")) {
      addError(id, "has no security requirement; a public operation declares \"security: []\"");
    }
    for (var alternative : required) {
      if (alternative.size() > 1) {
        addError(id, "must name at most one security scheme per alternative");
      }
      alternative.getNames().stream()
          .filter(name -> !schemes.contains(name))
          .forEach(name -> addError(
              id, "requires security scheme \"" + name + "\", which has no authenticator"));
    }
  }

  private static boolean hasParameter(Operation operation, Location location, String name) {
    return operation.getParameters().stream()
        .anyMatch(
            parameter -> parameter.getIn() == location && parameter.getName().equals(name));
  }

  private void addError(String operationId, String message) {
    errors.add(contract.name() + ": operation " + operationId + " " + message);
  }
}
