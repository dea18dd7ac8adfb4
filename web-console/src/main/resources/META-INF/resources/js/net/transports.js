import { readEvents } from './event-stream.js';
import { Problem } from './problem.js';

/**
 * A transport carries frames of one connection. It reports to `events`:
 *
 *   frame(frame)     a frame came in
 *   activity()       any byte came in, comments included
 *   closed(end)      the connection is over; `end` is {code, problem}: a WebSocket close code, or a Problem. Called at most
 *                    once, and never after close().
 */

/** Frames over `/ws/chat`; signs in with a single-use ticket, since a browser cannot set a header here. */
export class WebSocketTransport {
  static id = 'websocket';
  #api;
  #events;
  #socket = null;
  #over = false;

  constructor(api, events) {
    this.#api = api;
    this.#events = events;
  }

  async open({ session, cursor }) {
    let ticket;
    try {
      ticket = await this.#api.ticket();
    } catch (cause) {
      this.#end({ code: null, problem: cause instanceof Problem ? cause : new Problem({ code: 'offline' }) });
      return;
    }
    if (this.#over) return;
    const socket = new WebSocket(this.#api.webSocketUrl(resumeQuery(session, cursor)), ['parley.v1', `ticket.${ticket}`]);
    this.#socket = socket;
    socket.onmessage = (event) => {
      if (this.#over) return;
      this.#events.activity();
      if (typeof event.data === 'string') deliver(event.data, this.#events);
    };
    socket.onclose = (event) => this.#end({ code: event.code, problem: null });
  }

  async send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) throw new Problem({ code: 'offline' });
    this.#socket.send(JSON.stringify(frame));
  }

  close() {
    this.#over = true;
    this.#socket?.close(1000);
  }

  #end(end) {
    if (this.#over) return;
    this.#over = true;
    this.#events.closed(end);
  }
}

/** A stream has no close code: an error that belongs to no message, right before the end, says why it ends. */
const CLOSE_OF_ERROR = { unauthenticated: 4401, blocked: 4403, conflict: 4409, overloaded: 1013, bad_frame: 1008 };

/** The same frames over a streamed response, and POST for those to the server: for networks that let no WebSocket through. */
export class EventStreamTransport {
  static id = 'sse';
  #api;
  #events;
  #abort = new AbortController();
  #session = null;
  #lastError = null;
  #over = false;

  constructor(api, events) {
    this.#api = api;
    this.#events = events;
  }

  async open({ session, cursor }) {
    this.#session = session;
    try {
      const response = await this.#api.openStream(resumeQuery(session, cursor), this.#abort.signal);
      await readEvents(response.body, {
        onActivity: () => this.#over || this.#events.activity(),
        onData: (data) => this.#over || deliver(data, this.#observed()),
      });
      this.#end({ code: CLOSE_OF_ERROR[this.#lastError] ?? null, problem: null });
    } catch (cause) {
      this.#end({ code: null, problem: cause instanceof Problem ? cause : new Problem({ code: 'offline' }) });
    }
  }

  /** The session id is in the first frame, and frames to the server are addressed by it. */
  #observed() {
    return {
      frame: (frame) => {
        this.#lastError = frame.type === 'error' && !frame.message_id && !frame.client_msg_id ? frame.code : null;
        if (frame.type === 'welcome') this.#session = frame.session_id;
        this.#events.frame(frame);
      },
    };
  }

  async send(frame) {
    if (!this.#session) throw new Problem({ code: 'offline' });
    await this.#api.sendFrame(this.#session, frame);
  }

  close() {
    this.#over = true;
    this.#abort.abort();
  }

  #end(end) {
    if (this.#over) return;
    this.#over = true;
    this.#events.closed(end);
  }
}

export const TRANSPORTS = { [WebSocketTransport.id]: WebSocketTransport, [EventStreamTransport.id]: EventStreamTransport };

function resumeQuery(session, cursor) {
  if (!session) return '';
  const parameters = new URLSearchParams({ session });
  if (cursor) parameters.set('cursor', cursor);
  return `?${parameters}`;
}

function deliver(data, events) {
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return;
  }
  if (frame && typeof frame === 'object' && typeof frame.type === 'string') events.frame(frame);
}
