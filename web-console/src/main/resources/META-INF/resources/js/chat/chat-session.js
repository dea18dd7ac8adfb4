import { Problem } from '../net/problem.js';
import { RUNNING, UNANSWERED, applyToTurn, newTurn } from './turns.js';

/** Wait before a message that could not be handed over is tried again on a connection that still lives, in milliseconds. */
const RESEND_AFTER_MS = 3_000;
/** Shortest time between two `ack` frames, in milliseconds. */
const ACK_EVERY_MS = 5_000;

/**
 * The conversation on screen and everything that is under way in its session. It applies frames; it draws nothing.
 *
 * A message that is not `accepted` is sent again after every `welcome` with the same client_msg_id, so it is answered once
 * however often the connection breaks. Turns of another conversation that still run are kept aside and go on.
 *
 * Fires `change` ({turn} or null for everything), `notice` (a frame for the person) and `missing` (turns that only the
 * history can complete).
 */
export class ChatSession extends EventTarget {
  #connection;
  #aside = [];
  #defaultConversation = null;
  #resendTimer = 0;
  #ackedAt = 0;

  constructor(connection, saved) {
    super();
    this.#connection = connection;
    this.turns = saved?.turns ?? [];
    this.conversationId = saved?.conversationId ?? null;
    this.#defaultConversation = saved?.defaultConversation ?? null;
    this.user = null;
    this.usage = null;
    this.models = saved?.models ?? [];
    this.greeting = '';
    connection.addEventListener('frame', (event) => this.#apply(event.detail));
  }

  get running() {
    return this.turns.filter((turn) => RUNNING.has(turn.state));
  }

  get messageCount() {
    return this.turns.reduce((n, turn) => n + (turn.text === null ? 0 : 1) + (turn.answer || turn.result ? 1 : 0), 0);
  }

  snapshot() {
    return {
      turns: this.turns,
      conversationId: this.conversationId,
      defaultConversation: this.#defaultConversation,
      models: this.models,
      session: this.#connection.session,
      cursor: this.#connection.cursor,
    };
  }

  ask(text, model = null) {
    const turn = newTurn({ text, model, conversationId: this.conversationId });
    this.turns.push(turn);
    this.#changed(turn);
    this.#send(turn);
    return turn;
  }

  stop(turn) {
    if (!RUNNING.has(turn.state) || !turn.messageId) return;
    turn.stopping = true;
    this.#changed(turn);
    this.#connection.send({ type: 'stop', message_id: turn.messageId }).catch(() => {
      turn.stopping = false;
      this.#changed(turn);
    });
  }

  decide(turn, tool, approved) {
    const before = tool.status;
    tool.status = approved ? 'approved' : 'denied';
    this.#changed(turn);
    this.#connection.send({ type: 'approve', call_id: tool.callId, approved }).catch(() => {
      tool.status = before;
      this.#changed(turn);
    });
  }

  renewToken(token) {
    return this.#connection.send({ type: 'auth', token });
  }

  /** Shows a conversation of the history, which the next message continues. */
  show(conversationId, turns) {
    const kept = [...this.#aside, ...this.turns].filter((turn) => UNANSWERED.has(turn.state));
    const known = new Set(turns.filter((turn) => !UNANSWERED.has(turn.state)).map((turn) => turn.messageId));
    const live = kept.filter((turn) => turn.conversationId === conversationId && !known.has(turn.messageId));
    const liveIds = new Set(live.map((turn) => turn.messageId));
    this.turns = [...turns.filter((turn) => !liveIds.has(turn.messageId)), ...live];
    this.#aside = kept.filter((turn) => turn.conversationId !== conversationId);
    this.conversationId = conversationId;
    this.#changed(null);
  }

  /** An empty transcript; the caller starts a new session, whose conversation it will be. */
  clear() {
    clearTimeout(this.#resendTimer);
    this.turns = [];
    this.#aside = [];
    this.conversationId = null;
    this.#defaultConversation = null;
    this.#changed(null);
  }

  /** Takes what the history knows of the turns that could not be followed. */
  complete(turns) {
    const stored = new Map(turns.map((turn) => [turn.messageId, turn]));
    for (const turn of this.turns) {
      const found = stored.get(turn.messageId);
      if (turn.state !== 'missing' || !found || UNANSWERED.has(found.state)) continue;
      Object.assign(turn, { answer: found.answer, tools: found.tools, result: found.result, error: found.error, state: found.state });
    }
    this.#changed(null);
  }

  async #send(turn) {
    if (this.#connection.state !== 'open') return;
    turn.state = 'sent';
    this.#changed(turn);
    const frame = { type: 'message', text: turn.text, client_msg_id: turn.id };
    if (turn.conversationId && turn.conversationId !== this.#defaultConversation) frame.conversation_id = turn.conversationId;
    if (turn.model) frame.model = turn.model;
    try {
      await this.#connection.send(frame);
    } catch (cause) {
      this.#notSent(turn, cause);
    }
  }

  #notSent(turn, cause) {
    if (turn.state !== 'sent') return;
    if (cause instanceof Problem && cause.status >= 400 && cause.status < 500 && cause.status !== 401) {
      applyToTurn(turn, {
        type: 'error', code: cause.code, error: cause.detail, retry_after_s: cause.retryAfterS, limit: cause.limit,
      });
    } else {
      turn.state = 'queued';
      clearTimeout(this.#resendTimer);
      this.#resendTimer = setTimeout(() => this.#resend(), RESEND_AFTER_MS);
    }
    this.#changed(turn);
  }

  #resend() {
    for (const turn of this.turns) {
      if (turn.state === 'queued') this.#send(turn);
    }
  }

  #apply(frame) {
    switch (frame.type) {
      case 'welcome':
        this.#welcome(frame);
        return;
      case 'accepted': {
        const turn = this.#find((known) => known.id === frame.client_msg_id) ?? this.#byMessage(frame);
        applyToTurn(turn, frame);
        if (this.turns.includes(turn)) this.conversationId = frame.conversation_id;
        this.#changed(turn);
        return;
      }
      case 'error':
        this.#error(frame);
        return;
      case 'warning':
      case 'blocked':
      case 'auth_expiring':
      case 'closing':
        this.dispatchEvent(new CustomEvent('notice', { detail: frame }));
        return;
      default:
        if (typeof frame.message_id !== 'string') return;
        this.#toTurn(this.#byMessage(frame), frame);
    }
  }

  #welcome(frame) {
    this.user = frame.user ?? null;
    this.usage = frame.usage ?? this.usage;
    this.models = Array.isArray(frame.models) ? frame.models : [];
    this.greeting = frame.text ?? '';
    this.#defaultConversation = frame.conversation_id ?? null;
    if (this.turns.length === 0) this.conversationId = frame.conversation_id ?? null;
    if (!frame.resumed) this.#lose();
    // The state turns to open only after this frame was applied, so the messages go out one task later.
    setTimeout(() => {
      for (const turn of this.turns) {
        if (turn.state === 'sent') turn.state = 'queued';
      }
      this.#resend();
    }, 0);
    this.#changed(null);
  }

  /** The session is new: what ran in the old one is known to the history alone. */
  #lose() {
    const lost = this.turns.filter((turn) => RUNNING.has(turn.state));
    for (const turn of lost) turn.state = 'missing';
    this.#aside = [];
    if (lost.length > 0) this.dispatchEvent(new CustomEvent('missing'));
  }

  #error(frame) {
    if (frame.code === 'resume_expired') {
      return;
    }
    const turn = this.#find((known) => (frame.message_id && known.messageId === frame.message_id)
      || (frame.client_msg_id && known.id === frame.client_msg_id));
    if (turn) this.#toTurn(turn, frame);
    else if (frame.message_id) this.#toTurn(this.#byMessage(frame), frame);
    else this.dispatchEvent(new CustomEvent('notice', { detail: frame }));
  }

  #toTurn(turn, frame) {
    const wasOver = turn.state === 'done' || turn.state === 'failed';
    applyToTurn(turn, frame);
    if (frame.usage) this.usage = frame.usage;
    if (!wasOver && (turn.state === 'done' || turn.state === 'failed')) {
      this.#aside = this.#aside.filter((other) => other !== turn);
      this.dispatchEvent(new CustomEvent('ended', { detail: turn }));
      setTimeout(() => this.#ack(), 0);
    }
    this.#changed(turn);
  }

  #byMessage(frame) {
    const known = this.#find((turn) => turn.messageId === frame.message_id);
    if (known) return known;
    const turn = newTurn({ messageId: frame.message_id, state: 'accepted', conversationId: frame.conversation_id ?? this.conversationId });
    (turn.conversationId === this.conversationId ? this.turns : this.#aside).push(turn);
    return turn;
  }

  #find(matches) {
    return this.turns.findLast(matches) ?? this.#aside.find(matches);
  }

  /** Tells the server how far this page has come, so that it need not keep more for a resume. */
  #ack() {
    if (!this.#connection.cursor || Date.now() - this.#ackedAt < ACK_EVERY_MS) return;
    this.#ackedAt = Date.now();
    this.#connection.send({ type: 'ack', cursor: this.#connection.cursor }).catch(() => {});
  }

  #changed(turn) {
    this.dispatchEvent(new CustomEvent('change', { detail: turn }));
  }
}
