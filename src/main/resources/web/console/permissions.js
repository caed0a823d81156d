// What the roles of a user allow: which controls are worth showing. The server decides anew at every request.

const ALLOWS = {
  user: ["prices.read"],
  admin: ["prices.read", "users.read", "users.write", "users.delete", "users.roles", "users.audit"],
};

export function permissionsOf(user) {
  return new Set(user.roles.flatMap((role) => ALLOWS[role] ?? []));
}
