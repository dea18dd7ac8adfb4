import { RUNNING } from '../chat/turns.js';
import { fill, h, icon } from '../dom.js';
import { explain } from '../text/errors.js';
import { clock, knows, t } from '../text/index.js';
import { FlowView } from './flow-view.js';
import { ParleyComposer } from './parley-composer.js';
import { ParleyConnection } from './parley-connection.js';
import { TurnView } from './turn-view.js';
import { UsageMeter } from './usage-meter.js';

/** Distance from the end, in pixels, in which the view still follows the text. */
const FOLLOW_WITHIN_PX = 80;
/** Characters of a finished answer that are read out. */
const ANNOUNCED_MAX = 2_000;

/**
 * One conversation: strip, transcript, notices, message box. Draws at most once a frame. Nothing that tokens append to is a
 * live region; a separate log announces the finished answer once.
 */
export class ChatRoom extends HTMLElement {
  #session;
  #connection;
  #views = new Map();
  #dirty = new Set();
  #frame = 0;
  #follow = true;
  #built = false;
  #strip;
  #composer;
  #usage;
  #starters;
  #emptyDrawn = '';
  #flow;
  #flowDialog;
  #scroll = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('chat.transcript') });
  #list = h('ol', { class: 'transcript', 'aria-label': t('chat.transcript'), testid: 'transcript' });
  #empty = h('div', { class: 'empty', testid: 'empty' });
  #notices = h('div', { class: 'notices', testid: 'notices' });
  #latest = h('button', { type: 'button', class: 'latest', hidden: true, testid: 'latest' }, icon('down'), t('chat.latest'));
  #log = h('div', { class: 'offscreen', role: 'log', 'aria-live': 'polite', testid: 'announcer' });
  #actions = {
    askAgain: (turn) => this.#session.askAgain(turn, this.#composer.model),
    decide: (turn, tool, approved) => this.#session.decide(turn, tool, approved),
    lookAgain: () => this.dispatchEvent(new CustomEvent('look-again')),
    regenerate: (turn) => this.#session.regenerate(turn),
    edit: (turn, text) => this.#session.edit(turn, text),
    choose: (turn) => this.#session.choose(turn),
    siblings: (turn) => this.#session.siblings(turn),
    showFlow: (turn) => this.showFlow(turn.messageId),
    redraw: (turn) => this.#redraw(turn),
  };

  constructor(session, connection, api, { draft = '', model = null, starters = null } = {}) {
    super();
    this.#session = session;
    this.#connection = connection;
    this.#starters = starters ?? [1, 2, 3, 4].map((n) => t(`starter.${n}`));
    this.#strip = new ParleyConnection(connection, session);
    this.#composer = new ParleyComposer({ draft, model });
    this.#usage = new UsageMeter(() => api.me());
    this.#flow = new FlowView((id) => api.flow(id));
    this.#flowDialog = h('dialog', { class: 'drawer', 'aria-labelledby': 'flow-title', testid: 'flow-dialog' },
      h('header', { class: 'drawer-head' }, h('h2', { id: 'flow-title' }, t('flow.title')),
        h('button', { type: 'button', class: 'icon-button', 'aria-label': t('form.close'), testid: 'flow-close', on: { click: () => this.#flowDialog.close() } }, icon('close'))),
      h('p', { class: 'hint' }, t('flow.hint')), this.#flow.element);
  }

  connectedCallback() {
    if (this.#built) return;
    this.#built = true;
    this.#scroll.append(this.#empty, this.#list);
    fill(this, this.#strip, this.#scroll,
      h('div', { class: 'dock' }, this.#latest, this.#notices, this.#composer, this.#usage.element), this.#log, this.#flowDialog);
    this.#session.addEventListener('change', (event) => this.#redraw(event.detail));
    this.#session.addEventListener('ended', (event) => this.#announceEnd(event.detail));
    this.#session.addEventListener('notice', (event) => this.#onNotice(event.detail));
    this.#connection.addEventListener('state', () => this.#onState());
    this.#strip.addEventListener('menu', () => this.dispatchEvent(new CustomEvent('menu')));
    this.#composer.addEventListener('ask', (event) => this.ask(event.detail.text));
    this.#composer.addEventListener('stop', () => this.#session.running.forEach((turn) => this.#session.stop(turn)));
    this.#composer.addEventListener('draft', () => this.dispatchEvent(new CustomEvent('draft')));
    this.#latest.addEventListener('click', () => this.#toEnd());
    this.#scroll.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    this.#flowDialog.addEventListener('click', (event) => {
      if (event.target === this.#flowDialog) this.#flowDialog.close();
    });
    this.#redraw(null);
  }

  get draft() {
    return this.#composer.draft;
  }

  get model() {
    return this.#composer.model;
  }

  ask(text) {
    this.#follow = true;
    return this.#session.ask(text, this.#composer.model);
  }

  showFlow(messageId) {
    this.#flow.show(messageId);
    if (!this.#flowDialog.open) this.#flowDialog.showModal();
  }

  focusComposer() {
    this.#composer.focusText();
  }

  toggleFocus() {
    if (this.#composer.focused) this.#scroll.focus();
    else this.#composer.focusText();
  }

  /** Shows an explained error above the message box until it is dismissed. */
  notice(words) {
    this.#put('error', { kind: 'bad', title: words.title, text: [words.limit, words.next].filter(Boolean).join(' '), detail: t('error.code', { code: words.code }) });
  }

  /** The sign-in was renewed. */
  renewed() {
    this.#take('expiring');
  }

  #redraw(turn) {
    if (turn) this.#dirty.add(turn);
    else this.#dirty = new Set(this.#session.turns);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const turns = this.#session.turns;
    const present = new Set(turns);
    for (const [turn, view] of this.#views) {
      if (present.has(turn)) continue;
      view.element.remove();
      this.#views.delete(turn);
    }
    turns.forEach((turn, index) => {
      let view = this.#views.get(turn);
      if (!view) {
        view = new TurnView(turn, this.#actions);
        this.#views.set(turn, view);
      } else if (this.#dirty.has(turn)) {
        view.update();
      }
      if (this.#list.children[index] !== view.element) this.#list.insertBefore(view.element, this.#list.children[index] ?? null);
    });
    this.#dirty.clear();
    const running = turns.some((turn) => RUNNING.has(turn.state));
    this.#list.setAttribute('aria-busy', String(running));
    this.#drawEmpty(turns.length === 0);
    this.#composer.update({ running, models: this.#session.models });
    this.#usage.update(this.#session);
    this.#strip.update();
    if (this.#follow) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  #drawEmpty(empty) {
    this.#empty.hidden = !empty;
    this.#list.hidden = empty;
    const drawn = `${empty} ${this.#session.greeting}`;
    if (!empty || drawn === this.#emptyDrawn) return;
    this.#emptyDrawn = drawn;
    fill(this.#empty, h('h2', {}, t('chat.empty')),
      this.#session.greeting ? h('p', { class: 'greeting', testid: 'greeting', dir: 'auto' }, this.#session.greeting) : null,
      h('ul', { class: 'starters', 'aria-label': t('chat.starters'), testid: 'starters' }, this.#starters.map((text) => h('li', {},
        h('button', { type: 'button', class: 'starter', testid: 'starter', dir: 'auto', on: { click: () => this.ask(text) } }, text)))),
      h('p', { class: 'muted promise' }, icon('shield'), t('chat.emptyText')));
  }

  #onScroll() {
    const left = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight;
    this.#follow = left < FOLLOW_WITHIN_PX;
    this.#latest.hidden = this.#follow;
  }

  #toEnd() {
    this.#follow = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#composer.focusText();
  }

  #onState() {
    const { state, detail } = this.#connection;
    this.#strip.update();
    // On a stream the reason of an end comes as an error frame before it; the end says it better.
    if (state === 'stopped' || state === 'signed-out') this.#take('error');
    if (state === 'open') {
      this.#take('connection');
      this.#take('closing');
    } else if (state === 'waiting') {
      this.#put('connection', { text: detail.drain ? t('close.drain') : reasonText(detail) });
    } else if (state === 'stopped') {
      const action = detail.code === 4409 ? t('close.4409.action') : t('conn.again');
      this.#put('connection', { kind: 'bad', text: reasonText(detail), action, act: () => this.#connection.retryNow() });
    } else if (state === 'signed-out') {
      this.#put('connection', { text: t('signin.again'), action: t('expiring.action'), act: () => this.dispatchEvent(new CustomEvent('renew')) });
    }
  }

  #onNotice(frame) {
    switch (frame.type) {
      case 'auth_expiring':
        this.dispatchEvent(new CustomEvent('expiring', { detail: frame, cancelable: true }))
          && this.#put('expiring', {
            text: t('expiring.text', { when: clock(frame.expires_at) }),
            action: t('expiring.action'),
            act: () => this.dispatchEvent(new CustomEvent('renew')),
          });
        break;
      case 'closing':
        this.#put('closing', { text: t('close.drain') });
        break;
      case 'blocked':
        this.#put('blocked', { kind: 'bad', title: t('error.blocked.title'), text: frame.message || t('error.blocked.next') });
        break;
      case 'warning':
        this.#put('warning', { text: frame.message });
        break;
      default:
        this.notice(explain(frame));
    }
  }

  #put(key, { kind = '', title = null, text, detail = null, action = null, act = null }) {
    const dismiss = h('button', { type: 'button', class: 'icon-button', 'aria-label': t('notice.dismiss'), testid: 'dismiss', on: { click: () => this.#take(key) } }, icon('close'));
    const notice = h('div', { class: `notice ${kind}`, role: kind === 'bad' ? 'alert' : 'status', 'data-key': key, testid: `notice-${key}` },
      icon('alert'),
      h('div', {}, title ? h('p', { class: 'notice-title' }, title) : null, h('p', { dir: 'auto' }, text), detail ? h('p', { class: 'muted' }, detail) : null),
      action ? h('button', { type: 'button', class: 'secondary', testid: `${key}-action`, on: { click: act } }, action) : null, dismiss);
    const old = this.#notices.querySelector(`[data-key="${key}"]`);
    if (old) old.replaceWith(notice);
    else this.#notices.append(notice);
  }

  #take(key) {
    this.#notices.querySelector(`[data-key="${key}"]`)?.remove();
  }

  #announceEnd(turn) {
    let text;
    if (turn.state === 'failed') text = t('chat.announceFailed', { text: explain(turn.error).title });
    else if (turn.result?.finish_reason === 'stopped') text = t('chat.announceStopped');
    else text = t('chat.announceDone', { text: turn.answer.slice(0, ANNOUNCED_MAX) });
    fill(this.#log, h('p', {}, text));
  }
}

function reasonText({ code, problem }) {
  if (problem && problem.code !== 'offline') {
    const words = explain(problem);
    return `${words.title} ${words.next}`;
  }
  return knows(`close.${code}`) ? t(`close.${code}`) : t('close.lost');
}

customElements.define('parley-chat-room', ChatRoom);
