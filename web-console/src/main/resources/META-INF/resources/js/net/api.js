import { Problem } from './problem.js';

/** Longest wait for the answer of a short call, in milliseconds. */
const CALL_TIMEOUT_MS = 15_000;

/** The REST calls of the public entrance. `token` answers the bearer token of now, or null. */
export class Api {
  #token;

  constructor({ base = '', token }) {
    this.base = base.replace(/\/$/, '');
    this.#token = token;
  }

  /** Username and password → {token, expires_at}. */
  login(username, password) {
    return this.#json('POST', '/api/login', { username, password }, null);
  }

  /** Checks a token that has not been adopted yet. */
  meWith(token) {
    return this.#json('GET', '/api/me', undefined, token);
  }

  me() {
    return this.#json('GET', '/api/me');
  }

  async ticket() {
    return (await this.#json('POST', '/api/tickets')).ticket;
  }

  conversations({ query = '', after = null, limit = 30 } = {}) {
    const parameters = new URLSearchParams({ limit: String(limit) });
    if (query) parameters.set('query', query);
    if (after) parameters.set('after', after);
    return this.#json('GET', `/api/conversations?${parameters}`);
  }

  conversation(id) {
    return this.#json('GET', `/api/conversations/${encodeURIComponent(id)}`);
  }

  /** The export as a blob, since a plain link could not carry the bearer token. */
  async exportOf(id, format) {
    const path = `/api/conversations/${encodeURIComponent(id)}/export?format=${format}`;
    return (await this.#call('GET', path)).blob();
  }

  sendFrame(sessionId, frame) {
    return this.#call('POST', `/api/chat/${encodeURIComponent(sessionId)}/frames`, frame);
  }

  /** A response whose body goes on for as long as the connection lives. */
  openStream(query, signal) {
    return this.#fetch('GET', `/api/chat/stream${query}`, undefined, this.#token(), { signal, accept: 'text/event-stream' });
  }

  webSocketUrl(query) {
    const url = new URL(`${this.base}/ws/chat${query}`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  }

  async #json(method, path, body, token = this.#token()) {
    const response = await this.#call(method, path, body, token);
    return response.json();
  }

  #call(method, path, body, token = this.#token()) {
    return this.#fetch(method, path, body, token, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  }

  async #fetch(method, path, body, token, { signal, accept = 'application/json' }) {
    const headers = { accept };
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers,
        signal,
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: 'no-store',
        credentials: 'same-origin',
      });
    } catch (cause) {
      if (cause?.name === 'AbortError') throw cause;
      throw new Problem({ status: 0, code: 'offline' });
    }
    if (!response.ok) throw await Problem.of(response);
    return response;
  }
}
