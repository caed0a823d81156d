// @ts-check
// HTTP requests with JSON bodies, access tokens and one class of errors.

/** @import { Session } from "./session.js" */

/** A refusal of the server (RFC 9457), or a server that did not answer: then `status` is 0. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {ProblemBody} body
   * @param {number | null} retryAfter seconds
   */
  constructor(status, { code, detail, errors = [], request_id: requestId } = {}, retryAfter = null) {
    super(detail ?? code ?? `HTTP ${status}`);
    this.status = status;
    this.code = code ?? (status === 0 ? "unreachable" : "internal");
    this.errors = errors;
    this.requestId = requestId ?? null;
    this.retryAfter = retryAfter;
  }
}

/**
 * @typedef {object} RequestOptions
 * @property {unknown} [body] sent as JSON
 * @property {Record<string, string>} [form] sent as a form
 * @property {string} [token] access token
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 *
 * @typedef {object} Response
 * @property {number} status
 * @property {any} body parsed JSON, or null
 * @property {string} text the body as it was received
 * @property {string | null} etag
 * @property {string | null} next address of the next page
 * @property {boolean} truncated whether a search found more than it can list
 */

/**
 * Rejects with a {@link Problem}, or with the AbortError of `signal`.
 *
 * @param {string} method
 * @param {string} path
 * @param {RequestOptions} options
 * @returns {Promise<Response>}
 */
export async function request(method, path, { body, form, token, headers = {}, signal } = {}) {
  const sent = new Headers(headers);
  if (token) sent.set("Authorization", `Bearer ${token}`);
  if (body !== undefined && !sent.has("Content-Type")) sent.set("Content-Type", "application/json");
  let response, text;
  try {
    response = await fetch(path, {
      method,
      headers: sent,
      body: form ? new URLSearchParams(form) : body === undefined ? undefined : JSON.stringify(body),
      signal,
      cache: "no-store",
      credentials: "omit",
    });
    text = await response.text();
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") throw failure;
    throw new Problem(0);
  }
  const json = /json/.test(response.headers.get("Content-Type") ?? "") && text ? JSON.parse(text) : null;
  if (!response.ok && response.status !== 304) {
    throw new Problem(response.status, json ?? {}, Number(response.headers.get("Retry-After")) || null);
  }
  return {
    status: response.status,
    body: json,
    text,
    etag: response.headers.get("ETag"),
    next: /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("Link") ?? "")?.[1] ?? null,
    truncated: response.headers.get("X-Search-Truncated") === "true",
  };
}

/** The API with the access token of a session. A rejected token is replaced once; after that the session has ended. */
export class Api {
  #session;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }

  /**
   * @param {string} path
   * @param {RequestOptions} [options]
   */
  get(path, options) {
    return this.#request("GET", path, options);
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   * @param {RequestOptions} [options]
   */
  post(path, body, options) {
    return this.#request("POST", path, { ...options, body });
  }

  /**
   * Sends a JSON Merge Patch. With `etag` the server answers 412 if the resource has changed since.
   *
   * @param {string} path
   * @param {object} body
   * @param {string | null} etag
   */
  patch(path, body, etag) {
    return this.#request("PATCH", path, {
      body,
      headers: { "Content-Type": "application/merge-patch+json", ...(etag && { "If-Match": etag }) },
    });
  }

  /** @param {string} path */
  delete(path) {
    return this.#request("DELETE", path);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} [options]
   */
  async #request(method, path, options = {}) {
    const token = await this.#session.token();
    try {
      return await request(method, path, { ...options, token });
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      return request(method, path, { ...options, token: await this.#session.replaceToken(token) });
    }
  }
}
