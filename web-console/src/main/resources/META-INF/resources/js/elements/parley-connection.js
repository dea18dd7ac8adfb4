import { copyButton, fill, h, icon, setText } from '../dom.js';
import { number, t } from '../text/index.js';

/** The strip above the conversation: what the connection is doing, over what, and in which session. */
export class ParleyConnection extends HTMLElement {
  #connection;
  #session;
  #timer = 0;
  #state = h('span', { class: 'conn-state', role: 'status', testid: 'connection-state' });
  #conversation = h('code', { class: 'short', testid: 'conversation-id' });
  #count = h('span', { testid: 'message-count' });
  #now = h('button', { type: 'button', class: 'link', testid: 'reconnect-now', hidden: true }, t('conn.now'));
  #radios = new Map();
  #details = h('dl', { class: 'conn-details', id: 'conn-details', hidden: true, testid: 'connection-details' });
  #values = new Map();

  constructor(connection, session) {
    super();
    this.#connection = connection;
    this.#session = session;
  }

  connectedCallback() {
    this.#now.addEventListener('click', () => this.#connection.retryNow());
    const toggle = h('button', {
      type: 'button', class: 'icon-button', 'aria-expanded': 'false', 'aria-controls': 'conn-details',
      'aria-label': t('conn.details'), title: t('conn.details'), testid: 'connection-toggle',
    }, icon('down'));
    toggle.addEventListener('click', () => {
      this.#details.hidden = !this.#details.hidden;
      toggle.setAttribute('aria-expanded', String(!this.#details.hidden));
    });
    fill(
      this,
      h('div', { class: 'conn-bar' },
        h('button', { type: 'button', class: 'icon-button only-narrow', 'aria-label': t('history.open'), testid: 'history-open', on: { click: () => this.dispatchEvent(new CustomEvent('menu')) } }, icon('menu')),
        h('span', { class: 'dot', 'aria-hidden': 'true' }), this.#state, this.#now,
        h('span', { class: 'spring' }),
        h('span', { class: 'conn-facts' }, this.#count,
          h('span', { class: 'conn-id' }, this.#conversation, copyButton(t('conn.copyConversation'), () => this.#session.conversationId ?? '', 'copy-conversation'))),
        this.#switch(), toggle),
      this.#rows(),
    );
    this.update();
  }

  update() {
    const { state, detail, transportId, session, cursor, roundTripMs } = this.#connection;
    const seconds = state === 'waiting' ? Math.max(0, Math.ceil((detail.until - Date.now()) / 1000)) : 0;
    this.dataset.state = state;
    setText(this.#state, t(`conn.${state}`, { seconds }));
    this.#now.hidden = state !== 'waiting' || seconds < 1;
    setText(this.#conversation, this.#session.conversationId ? shortened(this.#session.conversationId) : '');
    this.querySelector('.conn-id').hidden = !this.#session.conversationId;
    this.#conversation.dataset.id = this.#session.conversationId ?? '';
    const count = this.#session.messageCount;
    setText(this.#count, t('conn.count', { count, shown: number(count) }));
    for (const [id, radio] of this.#radios) radio.checked = id === transportId;
    this.#value('state', t(`conn.${state}`, { seconds }));
    this.#value('transport', t(`transport.${transportId}`));
    this.#value('session', session ?? t('conn.none'));
    this.#value('conversation', this.#session.conversationId ?? t('conn.new'));
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
    const row = (name, extra = null) => {
      const value = h('span', { testid: `detail-${name}` });
      this.#values.set(name, value);
      return h('div', {}, h('dt', {}, t(`conn.${name}`)), h('dd', {}, value, extra));
    };
    return fill(this.#details, row('state'), row('transport'),
      row('session', copyButton(t('conn.copySession'), () => this.#connection.session ?? '', 'copy-session')),
      row('conversation'), row('messages'), row('cursor'), row('roundTrip'));
  }

  #value(name, text) {
    setText(this.#values.get(name), text);
  }
}

function shortened(id) {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}

customElements.define('parley-connection', ParleyConnection);
