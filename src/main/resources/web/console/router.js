// @ts-check
// The address after "#", for example #/users?q=ada: a reload and the back button return to the same view.

/** The view and its query in the address. */
export function currentRoute() {
  const [, name = "", query = ""] = /^#\/([\w-]*)(?:\?(.*))?$/.exec(location.hash) ?? [];
  return { name, query: new URLSearchParams(query) };
}

/**
 * Opens a view. With `replace` only the address of the current view changes, and `state` is kept beside it.
 *
 * @param {string} name
 * @param {Record<string, string | null>} [query] null and "" are left out
 * @param {{ replace?: boolean, state?: unknown }} [options]
 */
export function navigate(name, query = {}, { replace = false, state = null } = {}) {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) parameters.set(key, value);
  const hash = parameters.size ? `#/${name}?${parameters}` : `#/${name}`;
  if (replace) history.replaceState(state, "", hash);
  else location.hash = hash;
}
