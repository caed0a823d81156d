// One way to the server: who asks, JSON in and out, and one kind of failure.

/** What the server refused (RFC 9457), or that it could not be asked: then `status` is 0. */
export class Problem extends Error {
  constructor(status, { code, detail, errors = [], request_id: requestId } = {}, retryAfter = null) {
    super(detail ?? code ?? `HTTP ${status}`);
    this.status = status;
    this.code = code ?? (status === 0 ? "unreachable" : "internal");
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }
}

/** An answer: `body` is parsed JSON or null, `etag` and `next` (the following page) are null when there is none. */
export async function send(method, path, { body, form, token, headers = {}, signal } = {}) {
  const init = { method, headers: { ...headers }, signal, cache: "no-store", credentials: "omit" };
  if (token) init.headers.Authorization = `Bearer ${token}`;
  if (form) init.body = new URLSearchParams(form);
  if (body !== undefined) {
    init.headers["Content-Type"] ??= "application/json";
    init.body = JSON.stringify(body);
  }
  let response, text;
  try {
    response = await fetch(path, init);
    text = await response.text();
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Problem(0);
  }
  const json = /json/.test(response.headers.get("Content-Type") ?? "") && text ? JSON.parse(text) : null;
  if (!response.ok && response.status !== 304) {
    throw new Problem(response.status, json ?? {}, Number(response.headers.get("Retry-After")) || null);
  }
  return {
    status: response.status,
    body: json,
    etag: response.headers.get("ETag"),
    next: /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("Link") ?? "")?.[1] ?? null,
    truncated: response.headers.get("X-Search-Truncated") === "true",
  };
}

/** The API for whoever is signed in. A token that was refused is replaced once; after that the session is over. */
export class Api {
  #session;

  constructor(session) {
    this.#session = session;
  }

  get(path, options) {
    return this.#ask("GET", path, options);
  }

  post(path, body, options) {
    return this.#ask("POST", path, { body, ...options });
  }

  /** JSON Merge Patch; `etag` makes it 412 when somebody was faster. */
  patch(path, body, etag) {
    return this.#ask("PATCH", path, {
      body,
      headers: { "Content-Type": "application/merge-patch+json", ...(etag && { "If-Match": etag }) },
    });
  }

  delete(path, etag) {
    return this.#ask("DELETE", path, { headers: etag ? { "If-Match": etag } : {} });
  }

  async #ask(method, path, options = {}) {
    const token = await this.#session.token();
    try {
      return await send(method, path, { ...options, token });
    } catch (problem) {
      if (problem.status !== 401) throw problem;
      return send(method, path, { ...options, token: await this.#session.tokenAfter(token) });
    }
  }
}
