import { BackOff } from './back-off.js';
import { afterClose, afterProblem } from './close-codes.js';
import { Problem } from './problem.js';
import { TRANSPORTS } from './transports.js';

/** A connection that lived this long was a good one: the next failure starts the back-off anew. */
const STABLE_AFTER_MS = 10_000;
/** No `welcome` in this time: the attempt is given up. */
const WELCOME_TIMEOUT_MS = 15_000;
/** Time between pings when the server names none. */
const HEARTBEAT_DEFAULT_S = 25;
/** Silence after a ping that means a dead link. */
const PONG_TIMEOUT_MS = 10_000;

/**
 * One session's connection, whatever carries it.
 *
 *   idle ──start──→ connecting ──welcome──→ open
 *     ↑                 ↑  ↑                 │ lost
 *     └──── stop ───────┤  └── timer ── waiting
 *                       └── retryNow ── stopped (must not reconnect) / signed-out (needs a token)
 *
 * Fires `state` ({state, detail}) and `frame` ({frame}); `session` and `cursor` say from where it resumes. A frame is
 * handed out before its cursor is taken, so a cursor never claims a frame that nobody applied.
 */
export class Connection extends EventTarget {
  #api;
  #transport = null;
  #backOff = new BackOff();
  #timers = { retry: 0, welcome: 0, heartbeat: 0, pong: 0, stable: 0 };
  #drainMs = null;
  #lastActivity = 0;
  #pingSentAt = 0;

  constructor(api, { transport = 'websocket', session = null, cursor = null } = {}) {
    super();
    this.#api = api;
    this.transportId = transport in TRANSPORTS ? transport : 'websocket';
    this.session = session;
    this.cursor = cursor;
    this.state = 'idle';
    this.detail = {};
    this.roundTripMs = null;
    this.heartbeatMs = HEARTBEAT_DEFAULT_S * 1000;
    addEventListener('online', () => this.#wake());
    addEventListener('offline', () => this.#checkLink());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#wake();
    });
  }

  start() {
    if (this.state === 'idle') this.#connect();
  }

  /** Ends the connection and forgets the session: the next start is a new conversation. */
  leave() {
    this.#drop();
    this.session = null;
    this.cursor = null;
    this.#backOff.reset();
    this.#become('idle');
  }

  /** Lets go of the line and keeps the session: the next start goes on with it. */
  pause() {
    this.#drop();
    this.#become('idle');
  }

  /** Connects at once, also after a stop: the user asked for it. */
  retryNow() {
    if (this.state === 'open' || this.state === 'connecting') return;
    this.#connect();
  }

  /** Goes on with the same session on the other transport. */
  switchTo(transportId) {
    if (transportId === this.transportId) return;
    this.transportId = transportId;
    if (this.state === 'idle' || this.state === 'signed-out') {
      this.#become(this.state, this.detail);
      return;
    }
    this.#backOff.reset();
    this.#connect();
  }

  /** Sends a frame; rejects with a Problem when it could not be handed over. */
  async send(frame) {
    if (this.state !== 'open' || !this.#transport) throw new Problem({ code: 'offline' });
    await this.#transport.send(frame);
  }

  #connect() {
    this.#drop();
    this.#become('connecting', { attempt: this.#backOff.attempt });
    const Transport = TRANSPORTS[this.transportId];
    const transport = new Transport(this.#api, {
      frame: (frame) => this.#onFrame(frame),
      activity: () => this.#onActivity(),
      closed: (end) => this.#onClosed(end),
    });
    this.#transport = transport;
    this.#later('welcome', WELCOME_TIMEOUT_MS, () => {
      transport.close();
      this.#onClosed({ code: null, problem: new Problem({ code: 'offline' }) });
    });
    transport.open({ session: this.session, cursor: this.cursor });
  }

  #drop() {
    for (const name of Object.keys(this.#timers)) clearTimeout(this.#timers[name]);
    this.#transport?.close();
    this.#transport = null;
    this.#drainMs = null;
    this.#pingSentAt = 0;
  }

  #onFrame(frame) {
    switch (frame.type) {
      case 'welcome':
        clearTimeout(this.#timers.welcome);
        if (!frame.resumed) this.cursor = null;
        this.session = frame.session_id;
        this.heartbeatMs = (frame.heartbeat_s > 0 ? frame.heartbeat_s : HEARTBEAT_DEFAULT_S) * 1000;
        this.#later('stable', STABLE_AFTER_MS, () => this.#backOff.reset());
        this.#ping();
        break;
      case 'closing':
        this.#drainMs = frame.reconnect_after_ms ?? 0;
        break;
      case 'pong':
        if (this.#pingSentAt) this.roundTripMs = Math.round(performance.now() - this.#pingSentAt);
        this.#pingSentAt = 0;
        break;
      default:
    }
    this.dispatchEvent(new CustomEvent('frame', { detail: frame }));
    if (typeof frame.cursor === 'string') this.cursor = frame.cursor;
    if (frame.type === 'welcome') this.#become('open', { resumed: frame.resumed });
    if (frame.type === 'pong') this.dispatchEvent(new CustomEvent('state'));
  }

  #onActivity() {
    this.#lastActivity = performance.now();
    clearTimeout(this.#timers.pong);
  }

  #onClosed({ code, problem }) {
    const drainMs = this.#drainMs;
    this.#drop();
    const after = problem ? afterProblem(problem) : afterClose(code);
    if (after.next === 'sign-in') {
      this.#become('signed-out', { code });
    } else if (after.next === 'stop') {
      this.#become('stopped', { code, problem });
    } else {
      // A drained server spread its clients itself; its number is already jittered.
      const waitMs = drainMs ?? this.#backOff.next(after.waitMs);
      this.#become('waiting', { code, problem, until: Date.now() + waitMs, drain: drainMs !== null });
      this.#later('retry', waitMs, () => this.#connect());
    }
  }

  /** A link that nobody speaks on is asked whether it still lives: a cut cable closes no socket. */
  #ping() {
    this.#lastActivity = performance.now();
    const beat = () => {
      this.#later('heartbeat', this.heartbeatMs, beat);
      this.#checkLink();
    };
    this.#later('heartbeat', this.heartbeatMs, beat);
    setTimeout(() => this.#checkLink(), 0);
  }

  #checkLink() {
    if (this.state !== 'open') return;
    const transport = this.#transport;
    this.#pingSentAt = performance.now();
    this.send({ type: 'ping' }).catch(() => {});
    this.#later('pong', PONG_TIMEOUT_MS, () => {
      transport?.close();
      this.#onClosed({ code: null, problem: new Problem({ code: 'offline' }) });
    });
  }

  #wake() {
    if (this.state === 'waiting') this.#connect();
    else if (performance.now() - this.#lastActivity > 5_000) this.#checkLink();
  }

  #later(name, ms, action) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(action, ms);
  }

  #become(state, detail = {}) {
    this.state = state;
    this.detail = detail;
    this.dispatchEvent(new CustomEvent('state'));
  }
}
