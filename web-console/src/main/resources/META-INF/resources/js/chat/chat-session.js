import { Problem } from '../net/problem.js';
import { TurnTree } from './tree.js';
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
 * Fires `change` ({turn} or null for everything), `ended` (a turn), `notice` (a frame for the person), `welcome` and `missing`
 * (turns that only the history can complete).
 */
export class ChatSession extends EventTarget {
  #connection;
  #tree;
  #aside = [];
  #defaultConversation = null;
  #resendTimer = 0;
  #ackedAt = 0;

  constructor(connection, saved) {
    super();
    this.#connection = connection;
    this.#tree = new TurnTree(saved?.turns, saved?.chosen);
    this.conversationId = saved?.conversationId ?? null;
    this.#defaultConversation = saved?.defaultConversation ?? null;
    this.title = saved?.title ?? null;
    this.user = null;
    this.usage = null;
    this.models = saved?.models ?? [];
    this.greeting = '';
    connection.addEventListener('frame', (event) => this.#apply(event.detail));
  }

  /** The turns on screen, from the first to the last of the chosen branch. */
  get turns() {
    return this.#tree.path;
  }

  /** Every turn of the conversation, of all branches. */
  get allTurns() {
    return this.#tree.all;
  }

  siblings(turn) {
    return this.#tree.siblings(turn);
  }

  get running() {
    return this.allTurns.filter((turn) => RUNNING.has(turn.state));
  }

  get messageCount() {
    return this.turns.reduce((n, turn) => n + (turn.text === null ? 0 : 1) + (turn.answer || turn.result ? 1 : 0), 0);
  }

  snapshot() {
    return {
      turns: this.#tree.all,
      chosen: this.#tree.chosen,
      conversationId: this.conversationId,
      defaultConversation: this.#defaultConversation,
      title: this.title,
      models: this.models,
      session: this.#connection.session,
      cursor: this.#connection.cursor,
    };
  }

  ask(text, model = null) {
    if (!this.#tree.atNewest) this.#toNewest();
    return this.#begin(newTurn({ text, model, conversationId: this.conversationId }));
  }

  /** Asks the same again; its answer stands beside the one of now. */
  regenerate(turn) {
    return this.#beside(turn, { kind: 'regenerate', text: turn.text });
  }

  edit(turn, text) {
    return this.#beside(turn, { kind: 'edit', text });
  }

  /** After an error: an answer that failed is asked for beside itself, a message that was refused anew. */
  askAgain(turn, model = null) {
    if (turn.messageId && !turn.refused) return this.regenerate(turn);
    this.#tree.remove(turn);
    return this.ask(turn.text, model ?? turn.model);
  }

  choose(turn) {
    this.#tree.choose(turn);
    this.#changed(null);
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
  show(conversationId, turns, title = null) {
    const kept = [...this.#aside, ...this.allTurns].filter((turn) => UNANSWERED.has(turn.state) && !turn.mirrored);
    const known = new Set(turns.filter((turn) => !UNANSWERED.has(turn.state)).map((turn) => turn.messageId));
    const live = kept.filter((turn) => turn.conversationId === conversationId && !known.has(turn.messageId));
    this.#aside = kept.filter((turn) => turn.conversationId !== conversationId);
    this.conversationId = conversationId;
    this.title = title;
    this.#replace(turns, live);
  }

  /** Takes what the history has in place of what is on screen, as long as nothing is under way here. */
  renew(turns, title = this.title) {
    this.title = title;
    const live = this.allTurns.filter((turn) => UNANSWERED.has(turn.state) && turn.state !== 'missing');
    const stored = new Set(turns.filter((turn) => !UNANSWERED.has(turn.state)).map((turn) => turn.messageId));
    this.#replace(turns, live.filter((turn) => !turn.messageId || !stored.has(turn.messageId)));
  }

  /** An empty transcript; the caller starts a new session, whose conversation it will be. */
  clear() {
    clearTimeout(this.#resendTimer);
    this.#tree = new TurnTree();
    this.#aside = [];
    this.conversationId = null;
    this.title = null;
    this.#defaultConversation = null;
    this.#changed(null);
  }

  /** Takes what the history knows of the turns that could not be followed. */
  complete(turns) {
    const stored = new Map(turns.map((turn) => [turn.messageId, turn]));
    for (const turn of this.allTurns) {
      const found = stored.get(turn.messageId);
      if (turn.state !== 'missing' || !found || UNANSWERED.has(found.state)) continue;
      Object.assign(turn, { answer: found.answer, tools: found.tools, result: found.result, error: found.error, state: found.state });
    }
    this.#changed(null);
  }

  /** Shows how a turn stands that another tab follows. `parentMessageId` says where it belongs. */
  mirror(data, parentMessageId) {
    const known = this.allTurns.find((turn) => turn.id === data.id || (data.messageId && turn.messageId === data.messageId));
    if (known && !known.mirrored && known.state !== 'missing') return;
    const parent = this.allTurns.find((turn) => turn.messageId === parentMessageId)?.id ?? null;
    if (known) {
      Object.assign(known, data, { id: known.id, parent: known.parent, mirrored: true });
      this.#changed(known);
    } else {
      this.#tree.add({ ...data, mirrored: true }, parent);
      this.#changed(null);
    }
  }

  #beside(turn, fields) {
    const sibling = newTurn({ ...fields, target: turn.messageId, model: turn.model, conversationId: turn.conversationId });
    return this.#begin(sibling, turn.parent);
  }

  #begin(turn, ...parent) {
    this.#tree.add(turn, ...parent);
    this.#changed(null);
    this.#send(turn);
    return turn;
  }

  /** The server goes on from the branch that was asked last; what is on screen follows it. */
  #toNewest() {
    const byId = new Map(this.allTurns.map((turn) => [turn.id, turn]));
    for (let turn = this.allTurns.at(-1); turn; turn = byId.get(turn.parent)) this.#tree.choose(turn);
  }

  #replace(turns, live) {
    const ids = new Map(this.allTurns.map((turn) => [turn.id, turn.messageId]));
    const chosen = new Set(this.turns.map((turn) => turn.messageId));
    const liveIds = new Set(live.map((turn) => turn.messageId).filter(Boolean));
    const stored = turns.filter((turn) => !liveIds.has(turn.messageId));
    const byMessage = new Map([...stored, ...live].filter((turn) => turn.messageId).map((turn) => [turn.messageId, turn.id]));
    const parents = live.map((turn) => (turn.parent ? byMessage.get(ids.get(turn.parent)) ?? stored.at(-1)?.id ?? null : null));
    this.#tree = new TurnTree(stored);
    for (const turn of stored) {
      if (chosen.has(turn.messageId)) this.#tree.choose(turn);
    }
    live.forEach((turn, index) => this.#tree.add(turn, parents[index]));
    this.#changed(null);
  }

  async #send(turn) {
    if (this.#connection.state !== 'open') return;
    turn.state = 'sent';
    this.#changed(turn);
    try {
      await this.#connection.send(this.#frameOf(turn));
    } catch (cause) {
      this.#notSent(turn, cause);
    }
  }

  #frameOf(turn) {
    if (turn.kind === 'regenerate') return { type: 'regenerate', message_id: turn.target };
    if (turn.kind === 'edit') return { type: 'edit', message_id: turn.target, text: turn.text };
    const frame = { type: 'message', text: turn.text, client_msg_id: turn.id };
    if (turn.conversationId && turn.conversationId !== this.#defaultConversation) frame.conversation_id = turn.conversationId;
    if (turn.model) frame.model = turn.model;
    return frame;
  }

  #notSent(turn, cause) {
    if (turn.state !== 'sent') return;
    if (cause instanceof Problem && cause.status >= 400 && cause.status < 500 && cause.status !== 401) {
      this.#toTurn(turn, {
        type: 'error', code: cause.code, error: cause.detail, retry_after_s: cause.retryAfterS, limit: cause.limit,
      });
      return;
    }
    turn.state = 'queued';
    clearTimeout(this.#resendTimer);
    this.#resendTimer = setTimeout(() => this.#resend(), RESEND_AFTER_MS);
    this.#changed(turn);
  }

  #resend() {
    for (const turn of this.allTurns) {
      if (turn.state === 'queued' && !turn.mirrored) this.#send(turn);
    }
  }

  #apply(frame) {
    switch (frame.type) {
      case 'welcome':
        this.#welcome(frame);
        return;
      case 'accepted': {
        const turn = this.#acceptedTurn(frame);
        const home = turn.conversationId;
        applyToTurn(turn, frame);
        // A branch belongs to the conversation of what it stands beside, wherever it was asked.
        if (turn.kind !== 'message' && home) turn.conversationId = home;
        else if (this.allTurns.includes(turn)) this.conversationId = frame.conversation_id;
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

  /** Edits and repetitions carry no id of ours; they are accepted in the order in which they were sent. */
  #acceptedTurn(frame) {
    return this.#find((turn) => frame.client_msg_id && turn.id === frame.client_msg_id)
      ?? this.#find((turn) => turn.messageId === frame.message_id)
      ?? this.#waitingBranch()
      ?? this.#byMessage(frame);
  }

  #waitingBranch() {
    return this.allTurns.find((turn) => turn.kind !== 'message' && turn.state === 'sent' && !turn.messageId);
  }

  #welcome(frame) {
    this.user = frame.user ?? null;
    this.usage = frame.usage ?? this.usage;
    this.models = Array.isArray(frame.models) ? frame.models : [];
    this.greeting = frame.text ?? '';
    this.#defaultConversation = frame.conversation_id ?? null;
    if (this.allTurns.length === 0) this.conversationId ??= frame.conversation_id ?? null;
    if (!frame.resumed) this.#lose();
    // The state turns to open only after this frame was applied, so the messages go out one task later.
    setTimeout(() => {
      for (const turn of this.allTurns) {
        if (turn.state === 'sent') this.#unsure(turn, frame.resumed);
      }
      this.#resend();
    }, 0);
    this.dispatchEvent(new CustomEvent('welcome'));
    this.#changed(null);
  }

  /** A message has an id that makes sending it twice harmless; a branch does not, and its `accepted` comes with the resume. */
  #unsure(turn, resumed) {
    if (turn.kind === 'message') turn.state = 'queued';
    else if (!resumed) this.#tree.remove(turn);
  }

  /** The session is new: what ran in the old one is known to the history alone. */
  #lose() {
    const lost = this.running.filter((turn) => !turn.mirrored);
    for (const turn of lost) turn.state = 'missing';
    this.#aside = [];
    if (lost.length > 0) this.dispatchEvent(new CustomEvent('missing'));
  }

  #error(frame) {
    if (frame.code === 'resume_expired') return;
    const turn = this.#find((known) => (frame.message_id && known.messageId === frame.message_id)
      || (frame.client_msg_id && known.id === frame.client_msg_id));
    const anonymous = !frame.message_id && !frame.client_msg_id ? this.#waitingBranch() : null;
    if (turn ?? anonymous) this.#toTurn(turn ?? anonymous, frame);
    else if (frame.message_id) this.#toTurn(this.#byMessage(frame), frame);
    else this.dispatchEvent(new CustomEvent('notice', { detail: frame }));
  }

  #toTurn(turn, frame) {
    const wasOver = turn.state === 'done' || turn.state === 'failed';
    const begun = turn.state === 'streaming' || turn.tools.length > 0;
    applyToTurn(turn, frame);
    if (frame.usage) this.usage = frame.usage;
    if (!wasOver && (turn.state === 'done' || turn.state === 'failed')) {
      turn.refused = turn.state === 'failed' && !begun && REFUSALS.has(turn.error.code);
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
    if (turn.conversationId === this.conversationId) this.#tree.add(turn);
    else this.#aside.push(turn);
    return turn;
  }

  #find(matches) {
    return this.allTurns.findLast(matches) ?? this.#aside.find(matches);
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

/** Codes of messages that were never admitted: there is nothing beside which another answer could stand. */
const REFUSALS = new Set([
  'bad_frame', 'unknown_type', 'empty_message', 'message_too_long', 'unauthenticated', 'forbidden', 'blocked', 'not_found',
  'conflict', 'model_not_allowed', 'rate_limited', 'concurrency_limit', 'budget_exhausted', 'overloaded', 'unavailable',
]);
