import { fill, h, icon, iconButton, setText } from '../dom.js';
import { explain } from '../text/errors.js';
import { clock, duration, t } from '../text/index.js';

/** Lines of the account that are kept. */
const LINES_MAX = 40;

/**
 * Breaks the one-command run on purpose, and tells what happens: how the connection fares, what the answer does, and that
 * nothing is missing at the end.
 */
export class DemoPanel extends HTMLElement {
  #api;
  #chat;
  #actions;
  #log = h('ol', { class: 'demo-log', role: 'log', 'aria-label': t('demo.log'), testid: 'demo-log' });
  #proof = h('p', { class: 'demo-proof', role: 'status', testid: 'demo-proof' });
  #brokenAt = null;
  #state = null;
  #counted = new Map();
  #bound = false;

  constructor(api, chat, actions) {
    super();
    this.#api = api;
    this.#chat = chat;
    this.#actions = actions;
  }

  connectedCallback() {
    this.classList.add('demo-panel');
    this.setAttribute('role', 'complementary');
    this.setAttribute('aria-label', t('nav.demo'));
    fill(this,
      h('header', { class: 'drawer-head' }, h('h2', {}, t('nav.demo')), iconButton('close', t('form.close'), 'demo-close', () => this.#close())),
      h('p', { class: 'hint' }, t('demo.hint')),
      h('div', { class: 'demo-actions' }, this.#actions.map((what) => h('button', { type: 'button', class: 'demo-action', testid: `break-${what}`, on: { click: () => this.#break(what) } },
        icon('bolt'), h('span', {}, h('strong', {}, t(`demo.${what}`)), h('span', { class: 'hint' }, t(`demo.${what}Text`)))))),
      h('button', { type: 'button', class: 'link', testid: 'demo-ask', on: { click: () => this.#chat.ask(t('demo.question')) } }, icon('chat'), t('demo.ask')),
      this.#proof, h('h3', {}, t('demo.log')), this.#log);
    this.#listen();
  }

  #close() {
    this.hidden = true;
    document.querySelector('parley-app')?.classList.remove('demo-open');
  }

  async #break(what) {
    this.#listen();
    this.#brokenAt = performance.now();
    this.#counted.clear();
    fill(this.#log);
    setText(this.#proof, '');
    this.#say(t(`demo.${what}Begun`), 'bad');
    try {
      await this.#api.post('/api/demo/break', { what });
    } catch (problem) {
      const words = explain(problem);
      this.#say(`${words.title} ${words.next}`, 'bad');
    }
    if (what === 'postgres') this.#watchHistory();
  }

  #listen() {
    if (this.#bound || !this.#chat.connection) return;
    this.#bound = true;
    const { connection, session } = this.#chat;
    this.#state = connection.state;
    connection.addEventListener('state', () => this.#onState(connection));
    connection.addEventListener('frame', ({ detail }) => this.#onFrame(detail));
    session.addEventListener('ended', ({ detail }) => this.#onEnded(detail));
  }

  #onState(connection) {
    if (this.#brokenAt === null || connection.state === this.#state) return;
    this.#state = connection.state;
    if (connection.state === 'waiting') this.#say(t('demo.lost'), 'bad');
    else if (connection.state === 'open') this.#say(t(connection.detail.resumed ? 'demo.resumed' : 'demo.reconnected'), 'good');
    else if (connection.state === 'signed-out') this.#say(t('demo.signedOut'), 'bad');
  }

  #onFrame(frame) {
    if (this.#brokenAt === null) return;
    if (frame.type === 'token') {
      const seen = this.#counted.get(frame.message_id);
      if (!seen) {
        this.#counted.set(frame.message_id, true);
        this.#say(t('demo.tokensAgain'), 'good');
      }
    } else if (frame.type === 'restart') {
      this.#say(t('demo.restart', { attempt: frame.attempt, keep: frame.keep }), 'good');
    } else if (frame.type === 'accepted') {
      this.#say(t('demo.accepted'), 'good');
    } else if (frame.type === 'auth_expiring') {
      this.#say(t('demo.expiring', { when: clock(frame.expires_at) }), '');
    }
  }

  /** The text that came in pieces, over whatever breaks, against the one that the record holds. */
  #onEnded(turn) {
    if (this.#brokenAt === null) return;
    if (turn.state === 'failed') {
      this.#say(t('demo.failed', { text: explain(turn.error).title }), 'bad');
      return;
    }
    const same = turn.answer === turn.result.answer && !turn.healed;
    setText(this.#proof, t(same ? 'demo.whole' : 'demo.notWhole', { chars: turn.answer.length }));
    this.#say(t('demo.done'), 'good');
  }

  async #watchHistory() {
    const began = performance.now();
    let down = false;
    while (performance.now() - began < 60_000) {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const up = await this.#api.conversations({ limit: 1 }).then(() => true, () => false);
      if (!up && !down) this.#say(t('demo.historyDown'), 'bad');
      if (up && down) {
        this.#say(t('demo.historyUp'), 'good');
        return;
      }
      down ||= !up;
    }
  }

  #say(text, kind = '') {
    const after = this.#brokenAt === null ? 0 : performance.now() - this.#brokenAt;
    this.#log.append(h('li', { class: kind }, h('span', { class: 'demo-time' }, `+${duration(after)}`), text));
    while (this.#log.children.length > LINES_MAX) this.#log.firstElementChild.remove();
    this.#log.lastElementChild.scrollIntoView({ block: 'nearest' });
  }
}

customElements.define('parley-demo-panel', DemoPanel);
