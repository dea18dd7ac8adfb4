import { copyButton, fill, h, icon, setText } from '../dom.js';
import { number, t } from '../text/index.js';

/** The strip above the conversation: its title, and what the connection is doing, over what, and in which session. */
export class ParleyConnection extends HTMLElement {
  #connection;
  #session;
  #timer = 0;
  #built = false;
  #title = h('h1', { class: 'conn-title', dir: 'auto', testid: 'conversation-title' });
  #state = h('span', { class: 'conn-state', role: 'status', testid: 'connection-state' });
  #carrier = h('span', { class: 'conn-carrier' });
  #conversation = h('code', { class: 'short', testid: 'conversation-id' });
  #count = h('span', { class: 'conn-count', testid: 'message-count' });
  #now = h('button', { type: 'button', class: 'link', testid: 'reconnect-now', hidden: true }, t('conn.now'));
  #radios = new Map();
  #details = h('div', { class: 'conn-details', id: 'conn-details', hidden: true, testid: 'connection-details' });
  #values = new Map();

  constructor(connection, session) {
    super();
    this.#connection = connection;
    this.#session = session;
  }

  connectedCallback() {
    if (this.#built) return;
    this.#built = true;
    this.#now.addEventListener('click', () => this.#connection.retryNow());
    const toggle = h('button', {
      type: 'button', class: 'conn-pill', 'aria-expanded': 'false', 'aria-controls': 'conn-details', title: t('conn.details'), testid: 'connection-toggle',
    }, h('span', { class: 'dot', 'aria-hidden': 'true' }), this.#state, this.#carrier, icon('down'));
    const open = (opened) => {
      this.#details.hidden = !opened;
      toggle.setAttribute('aria-expanded', String(opened));
    };
    toggle.addEventListener('click', () => open(this.#details.hidden));
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#details.hidden) return;
      event.stopPropagation();
      open(false);
      toggle.focus();
    });
    fill(
      this,
      h('div', { class: 'conn-bar' },
        h('button', { type: 'button', class: 'icon-button only-narrow', 'aria-label': t('history.open'), testid: 'history-open', on: { click: () => this.dispatchEvent(new CustomEvent('menu')) } }, icon('menu')),
        this.#title, this.#count, h('span', { class: 'spring' }), this.#now, toggle),
      this.#rows(),
    );
    this.update();
  }

  update() {
    const { state, detail, transportId, session, cursor, roundTripMs } = this.#connection;
    const seconds = state === 'waiting' ? Math.max(0, Math.ceil((detail.until - Date.now()) / 1000)) : 0;
    this.dataset.state = state;
    setText(this.#title, titleOf(this.#session));
    setText(this.#state, t(`conn.${state}`, { seconds }));
    setText(this.#carrier, state === 'open' ? [t(`transport.${transportId}`), roundTripMs === null ? '' : `${roundTripMs} ms`].filter(Boolean).join(' · ') : '');
    this.#now.hidden = state !== 'waiting' || seconds < 1;
    setText(this.#conversation, this.#session.conversationId ?? t('conn.new'));
    this.#conversation.dataset.id = this.#session.conversationId ?? '';
    const count = this.#session.messageCount;
    setText(this.#count, count === 0 ? '' : t('conn.count', { count, shown: number(count) }));
    for (const [id, radio] of this.#radios) radio.checked = id === transportId;
    this.#value('state', t(`conn.${state}`, { seconds }));
    this.#value('transport', t(`transport.${transportId}`));
    this.#value('session', session ?? t('conn.none'));
    this.#value('messages', String(count));
    this.#value('cursor', cursor ?? t('conn.none'));
    this.#value('roundTrip', roundTripMs === null ? t('conn.none') : `${roundTripMs} ms`);
    clearTimeout(this.#timer);
    if (state === 'waiting') this.#timer = setTimeout(() => this.update(), 250);
  }

  #switch() {
    const choice = (id) => {
      const radio = h('input', { type: 'radio', name: 'transport', value: id, testid: `transport-${id}` });
      radio.addEventListener('change', () => this.#connection.switchTo(id));
      this.#radios.set(id, radio);
      return h('label', {}, radio, h('span', {}, t(`transport.${id}`)));
    };
    return h('fieldset', { class: 'segments', testid: 'transport' },
      h('legend', { class: 'offscreen' }, t('transport.label')), choice('websocket'), choice('sse'));
  }

  #rows() {
    const row = (name, extra = null, shown = h('span', { testid: `detail-${name}` })) => {
      this.#values.set(name, shown);
      return h('div', {}, h('dt', {}, t(`conn.${name}`)), h('dd', {}, shown, extra));
    };
    return fill(this.#details,
      h('div', { class: 'conn-switch' }, h('span', {}, t('conn.switch')), this.#switch()),
      h('dl', {}, row('state'), row('transport'), row('roundTrip'), row('messages'),
        row('conversation', copyButton(t('conn.copyConversation'), () => this.#session.conversationId ?? '', 'copy-conversation'), this.#conversation),
        row('session', copyButton(t('conn.copySession'), () => this.#connection.session ?? '', 'copy-session')),
        row('cursor')),
      h('p', { class: 'hint' }, t('conn.resumeHint')));
  }

  #value(name, text) {
    setText(this.#values.get(name), text);
  }
}

function titleOf(session) {
  return session.title || session.allTurns.find((turn) => turn.text)?.text.slice(0, 80) || t('chat.new');
}

customElements.define('parley-connection', ParleyConnection);
