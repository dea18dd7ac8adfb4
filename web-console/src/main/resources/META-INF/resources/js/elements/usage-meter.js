import { fill, h, setText } from '../dom.js';
import { limitName } from '../text/errors.js';
import { clock, money, number, t } from '../text/index.js';

/** Limits that say how much is left; those by the minute come back by themselves. */
const SHOWN = /^(?:tokens|cost)_|^requests_per_(?:hour|day)/;
/** Below this share a limit is shown as running out. */
const LOW = 0.15;

/** What this conversation took and what is left, as one line; the whole account when it is opened. */
export class UsageMeter {
  #readMe;
  #session = null;
  #line = h('span', { testid: 'usage' });
  #bar = h('span', { class: 'meter-fill' });
  #meter = h('span', { class: 'meter', 'aria-hidden': 'true' }, this.#bar);
  #body = h('div', { class: 'usage-body', testid: 'usage-details' });
  #me = null;

  /** @param {() => Promise<object>} readMe answers what `/api/me` says */
  constructor(readMe) {
    this.#readMe = readMe;
    this.element = h('details', { class: 'usage' }, h('summary', { testid: 'usage-toggle', 'aria-label': t('usage.show') }, this.#meter, this.#line), this.#body);
    this.element.addEventListener('toggle', () => this.#open());
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.element.open = false;
    });
    document.addEventListener('pointerdown', (event) => {
      if (!event.composedPath().includes(this.element)) this.element.open = false;
    });
  }

  update(session) {
    this.#session = session;
    const limits = session.usage?.limits ?? [];
    const strictest = limits.filter(({ name }) => SHOWN.test(name)).toSorted((a, b) => share(a) - share(b))[0];
    setText(this.#line, [conversationText(session), strictest ? leftText(strictest) : null].filter(Boolean).join(' · '));
    this.#meter.hidden = !strictest;
    if (strictest) {
      this.#bar.style.inlineSize = `${Math.round(share(strictest) * 100)}%`;
      this.#meter.classList.toggle('low', share(strictest) < LOW);
    }
    if (this.element.open) this.#draw();
  }

  async #open() {
    if (!this.element.open) return;
    this.#draw();
    try {
      this.#me = await this.#readMe();
      this.#session.usage = this.#me.usage;
      this.update(this.#session);
    } catch {
      // What the last answer said stands.
    }
  }

  #draw() {
    const session = this.#session;
    const limits = session.usage?.limits ?? [];
    fill(this.#body,
      h('h3', {}, t('usage.thisConversation')), h('p', { class: 'muted' }, conversationText(session) || t('usage.nothing')),
      h('h3', {}, t('usage.yours')),
      limits.length === 0 ? h('p', { class: 'muted' }, t('usage.noLimits')) : limits.map((limit) => h('div', { class: 'usage-row' },
        h('span', {}, limitName(limit.name)),
        h('span', {}, t('usage.usedOf', { used: number(limit.used), max: number(limit.max) })),
        bar(limit),
        limit.resets_at ? h('span', { class: 'muted usage-until' }, t('usage.freeAgain', { when: clock(limit.resets_at) })) : null)),
      session.usage?.running_answers > 0 ? h('p', { class: 'muted' }, t('usage.running', { count: session.usage.running_answers })) : null);
  }
}

function bar(limit) {
  const fillOf = h('span', { class: 'meter-fill' });
  fillOf.style.inlineSize = `${Math.round(share(limit) * 100)}%`;
  return h('span', { class: `meter wide ${share(limit) < LOW ? 'low' : ''}`, 'aria-hidden': 'true' }, fillOf);
}

function share({ used, max }) {
  return max > 0 ? Math.max(0, Math.min(1, 1 - used / max)) : 0;
}

function leftText(limit) {
  const left = t('usage.left', { left: number(Math.max(0, limit.max - limit.used)), name: limitName(limit.name) });
  return limit.resets_at ? `${left} ${t('usage.until', { when: clock(limit.resets_at) })}` : left;
}

function conversationText(session) {
  const results = session.allTurns.map((turn) => turn.result).filter(Boolean);
  if (results.length === 0) return '';
  const tokens = results.reduce((sum, result) => sum + (result.tokens_input ?? 0) + (result.tokens_output ?? 0), 0);
  const cost = results.reduce((sum, result) => sum + Number(result.cost ?? 0), 0);
  const text = t('usage.conversation', { count: results.length, tokens: number(tokens) });
  return cost > 0 ? `${text}, ${money(cost)}` : text;
}
