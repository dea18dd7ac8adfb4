import { ChatSession } from '../chat/chat-session.js';
import { turnsOf } from '../chat/history-turns.js';
import { SavedState } from '../chat/saved-state.js';
import { TabLink } from '../chat/tab-link.js';
import { h } from '../dom.js';
import { Connection } from '../net/connection.js';
import { CallbackSignIn, NeedsPerson } from '../sign-in.js';
import { explain } from '../text/errors.js';
import { useLanguage } from '../text/index.js';
import { ChatRoom } from './chat-room.js';

/** Looks for a missing answer in the history after these many milliseconds, then leaves it to the person. */
const MISSING_LOOKS_MS = [500, 3_000, 10_000, 30_000];
const STYLES = ['theme.css', 'controls.css', 'chat.css', 'markdown.css'];

/**
 * `<parley-chat>`: the chat as one element, for this page and for others.
 *
 * Attributes: `address` (of the gateway; default: where this script came from), `token-callback` (name of a global function,
 * called with {reason}, that answers a token or its promise; or set the property `tokenCallback`), `theme` (`light`, `dark`;
 * default: the system's), `lang`, `dir`, `transport` (`websocket`, `sse`), `conversation` (an id to go on with), `model`,
 * `starters` (texts, separated by `|`).
 *
 * Events, all composed: `parley-ready`, `parley-state` ({state}), `parley-answer` ({messageId, text, result}), `parley-error`
 * ({messageId, code}), `parley-sign-in` (a token is needed and none could be had).
 */
export class ParleyChat extends HTMLElement {
  static observedAttributes = ['conversation'];

  /** Set by a page that has a sign-in of its own; otherwise the callback is asked. */
  signIn = null;
  tokenCallback = null;
  /** Set by a page that wants state kept over a reload. */
  keepsState = false;
  tabs = null;
  session = null;
  connection = null;
  room = null;
  #saved = null;
  #renewing = null;

  connectedCallback() {
    if (this.room) return;
    this.#start();
  }

  disconnectedCallback() {
    // A move within the page is no end.
    queueMicrotask(() => {
      if (!this.isConnected) this.connection?.pause();
    });
  }

  attributeChangedCallback(name, before, now) {
    if (this.room && now && now !== this.session.conversationId) this.open(now);
  }

  async #start() {
    if (!this.signIn) {
      await useLanguage(this.getAttribute('lang') ?? document.documentElement.lang);
      this.signIn = new CallbackSignIn(this.getAttribute('address') ?? new URL('../..', import.meta.url).href, (asked) => this.#askCallback(asked));
      await this.#renew('start');
    }
    const saved = this.keepsState ? await this.#loadSaved() : null;
    this.connection = new Connection(this.signIn.api, {
      transport: saved?.transport ?? this.getAttribute('transport') ?? 'websocket', session: saved?.session ?? null, cursor: saved?.cursor ?? null,
    });
    this.session = new ChatSession(this.connection, saved);
    this.room = new ChatRoom(this.session, this.connection, this.signIn.api, {
      draft: saved?.draft ?? '', model: saved?.model ?? this.getAttribute('model'), starters: this.getAttribute('starters')?.split('|'),
    });
    if (this.keepsState) this.#saved = new SavedState(() => this.#snapshot());
    this.#listen();
    await this.#show();
    const asked = this.getAttribute('conversation');
    if (asked && asked !== this.session.conversationId) this.open(asked);
    this.connection.start();
    if (this.session.allTurns.some((turn) => turn.state === 'missing')) this.#lookUpMissing();
    this.#fire('parley-ready');
  }

  /** A duplicated tab has its original's state; the session is left to the original, and this tab opens its own. */
  async #loadSaved() {
    const saved = SavedState.load();
    if (!saved?.session || !(await this.tabs?.isHeldElsewhere(saved.session))) return saved;
    const turns = saved.turns.map((turn) => ({ ...turn, mirrored: turn.state === 'accepted' || turn.state === 'streaming' }));
    return { ...saved, session: null, cursor: null, defaultConversation: null, turns };
  }

  async #show() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const links = STYLES.map((name) => h('link', { rel: 'stylesheet', href: new URL(`../../css/${name}`, import.meta.url).href }));
    const ready = links.map((link) => new Promise((resolve) => {
      link.addEventListener('load', resolve);
      link.addEventListener('error', resolve);
    }));
    root.replaceChildren(...links);
    await Promise.all(ready);
    root.append(this.room);
  }

  /** Puts a question as if it had been typed. */
  ask(text) {
    return this.room.ask(text);
  }

  newConversation() {
    this.connection.leave();
    this.session.clear();
    this.connection.start();
    this.room.focusComposer();
  }

  /** Shows a conversation of the history; the next message goes on with it. */
  async open(id) {
    try {
      const conversation = await this.signIn.api.conversation(id);
      this.session.show(id, turnsOf(conversation), conversation.title ?? null);
      this.#lookUpMissing();
      return true;
    } catch (problem) {
      if (problem.status === 401) this.#signInEnded('expired');
      this.room.notice(explain(problem));
      return false;
    }
  }

  /** A fresh token was got by the page. */
  renewed() {
    this.room.renewed();
    if (this.connection.state === 'open') this.session.renewToken(this.signIn.token).catch(() => this.connection.retryNow());
    else this.connection.retryNow();
  }

  focusComposer() {
    this.room?.focusComposer();
  }

  /** Ends the connection and forgets what is kept. */
  leave() {
    this.connection?.leave();
    this.session?.clear();
    this.#saved?.forget();
  }

  #listen() {
    const { connection, session, room } = this;
    connection.addEventListener('state', () => {
      this.#saved?.soon();
      this.#fire('parley-state', { state: connection.state });
      if (connection.state === 'signed-out') this.#signInEnded('expired');
    });
    session.addEventListener('change', (event) => {
      this.#saved?.soon();
      if (event.detail) this.#tellTabs(event.detail);
      this.#fire('parley-change');
    });
    session.addEventListener('ended', (event) => this.#ended(event.detail));
    session.addEventListener('missing', () => this.#lookUpMissing());
    room.addEventListener('draft', () => this.#saved?.soon());
    room.addEventListener('menu', () => this.#fire('parley-menu'));
    room.addEventListener('look-again', () => this.#lookUpMissing());
    room.addEventListener('renew', () => this.#signInEnded('expired'));
    room.addEventListener('expiring', (event) => {
      if (!(this.signIn instanceof CallbackSignIn)) return;
      event.preventDefault();
      this.#signInEnded('expiring');
    });
    this.tabs?.addEventListener('turn', ({ detail }) => {
      if (detail.turn.conversationId === session.conversationId) session.mirror(detail.turn, detail.parentMessageId);
    });
    document.addEventListener('visibilitychange', () => this.#catchUp());
  }

  #ended(turn) {
    if (turn.state === 'done') this.#fire('parley-answer', { messageId: turn.messageId, text: turn.answer, result: turn.result });
    else this.#fire('parley-error', { messageId: turn.messageId, code: turn.error.code });
  }

  #tellTabs(turn) {
    if (turn.mirrored || !turn.messageId) return;
    const parent = this.session.allTurns.find(({ id }) => id === turn.parent);
    this.tabs?.note({ ...turn }, parent?.messageId ?? null);
  }

  /** What went on in this conversation on another device, while nobody looked. */
  async #catchUp() {
    const { session } = this;
    if (document.visibilityState !== 'visible' || !session.conversationId || session.allTurns.length === 0 || session.running.length > 0) return;
    const id = session.conversationId;
    try {
      const conversation = await this.signIn.api.conversation(id);
      if (session.conversationId === id && session.running.length === 0 && (conversation.turns ?? []).length > session.allTurns.length) {
        session.renew(turnsOf(conversation), conversation.title ?? null);
      }
    } catch {
      // The chat itself does not depend on the history.
    }
  }

  async #lookUpMissing() {
    const { session } = this;
    const id = session.conversationId;
    for (const wait of MISSING_LOOKS_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const missing = session.allTurns.some((turn) => turn.state === 'missing');
      if (!missing || session.conversationId !== id) return;
      try {
        session.complete(turnsOf(await this.signIn.api.conversation(id)));
      } catch {
        // The next look, or the person's, may find it.
      }
    }
  }

  async #signInEnded(reason) {
    if (await this.#renew(reason)) this.renewed();
  }

  /** Asks for a token once, however many ask; false when only a person can help. */
  #renew(reason) {
    this.#renewing ??= this.signIn.renew(reason).then(() => true, (cause) => {
      if (!(cause instanceof NeedsPerson)) console.warn('no token could be had', cause);
      this.#fire('parley-sign-in', { reason });
      return false;
    }).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  #askCallback(asked) {
    const callback = this.tokenCallback ?? globalThis[this.getAttribute('token-callback')];
    if (typeof callback !== 'function') throw new NeedsPerson();
    return callback(asked);
  }

  #snapshot() {
    return { ...this.session.snapshot(), transport: this.connection.transportId, draft: this.room.draft, model: this.room.model };
  }

  #fire(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define('parley-chat', ParleyChat);
