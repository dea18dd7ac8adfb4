import { Problem } from './problem.js';

/** Longest wait for the answer of a short call, in milliseconds. */
const CALL_TIMEOUT_MS = 15_000;
/** Of one that carries a file. */
const UPLOAD_TIMEOUT_MS = 120_000;

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
    return this.get('/api/me');
  }

  async ticket() {
    return (await this.post('/api/tickets')).ticket;
  }

  get(path, parameters = {}) {
    return this.#json('GET', withQuery(path, parameters));
  }

  post(path, body) {
    return this.#json('POST', path, body);
  }

  put(path, body) {
    return this.#json('PUT', path, body);
  }

  patch(path, body) {
    return this.#json('PATCH', path, body);
  }

  delete(path, parameters = {}) {
    return this.#json('DELETE', withQuery(path, parameters));
  }

  conversations({ query = '', after = null, archived = null, limit = 30 } = {}) {
    return this.get('/api/conversations', { limit, query, after, archived });
  }

  conversation(id) {
    return this.get(`/api/conversations/${encodeURIComponent(id)}`);
  }

  changeConversation(id, fields) {
    return this.patch(`/api/conversations/${encodeURIComponent(id)}`, fields);
  }

  flow(messageId) {
    return this.get(`/api/messages/${encodeURIComponent(messageId)}/flow`);
  }

  /** A download as a blob, since a plain link could not carry the bearer token. */
  async blob(path) {
    return (await this.#call('GET', path)).blob();
  }

  async text(path) {
    return (await this.#call('GET', path)).text();
  }

  /** Sends a body as it is, for example an import file or YAML. */
  async upload(method, path, body, type) {
    const response = await this.#fetch(method, path, body, this.#token(), { signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS), type });
    return read(response);
  }

  sendFrame(sessionId, frame) {
    return this.#call('POST', `/api/chat/${encodeURIComponent(sessionId)}/frames`, frame);
  }

  /** A response whose body goes on for as long as the connection lives. */
  openStream(query, signal) {
    return this.stream(`/api/chat/stream${query}`, signal);
  }

  stream(path, signal) {
    return this.#fetch('GET', path, undefined, this.#token(), { signal, accept: 'text/event-stream' });
  }

  webSocketUrl(query) {
    const url = new URL(`${this.base}/ws/chat${query}`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  }

  async #json(method, path, body, token = this.#token()) {
    return read(await this.#call(method, path, body, token));
  }

  #call(method, path, body, token = this.#token()) {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return this.#fetch(method, path, sent, token, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  }

  async #fetch(method, path, body, token, { signal, accept = 'application/json', type = 'application/json' }) {
    const headers = { accept };
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = type;
    let response;
    try {
      response = await fetch(this.base + path, { method, headers, signal, body, cache: 'no-store', credentials: 'same-origin' });
    } catch (cause) {
      if (cause?.name === 'AbortError') throw cause;
      throw new Problem({ status: 0, code: 'offline' });
    }
    if (!response.ok) throw await Problem.of(response);
    return response;
  }
}

/** The body as JSON, or null when there is none. */
async function read(response) {
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

function withQuery(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length > 0 ? `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : path;
}
