import { fill, h, icon, setText } from '../dom.js';
import { clock, duration, t } from '../text/index.js';

/** Characters of arguments or of a result that are shown. */
const SHOWN_MAX = 8_000;

/** One tool call: name, state, arguments, result; and the question, while it waits for a yes or no. */
export class ToolCard {
  #shown = '';
  #decide;
  #timer = 0;

  /** @param {((approved: boolean) => void)|null} decide null where nobody is asked, as in an audit */
  constructor(decide) {
    this.#decide = decide;
    this.element = h('section', { class: 'tool', testid: 'tool-card' });
  }

  update(tool) {
    const state = JSON.stringify(tool);
    if (state === this.#shown) return;
    this.#shown = state;
    clearInterval(this.#timer);
    const name = tool.server ? `${tool.server} · ${tool.tool}` : tool.tool;
    const open = this.element.querySelector('details')?.open || tool.status === 'waiting';
    this.element.dataset.status = tool.status;
    this.element.setAttribute('aria-label', t('tool.card', { name }));
    const took = tool.durationMs !== undefined && tool.durationMs !== null ? ` · ${duration(tool.durationMs)}` : '';
    fill(
      this.element,
      h('details', { open },
        h('summary', {}, icon('tool'), h('span', { class: 'tool-name', dir: 'ltr' }, name),
          h('span', { class: 'tool-status', testid: 'tool-status' }, t(`tool.${tool.status}`) + took), icon('down')),
        h('p', { class: 'tool-label' }, t('tool.arguments')),
        h('pre', { dir: 'ltr', tabindex: '0', role: 'region', 'aria-label': t('tool.arguments') }, cut(pretty(tool.arguments))),
        tool.text ? [h('p', { class: 'tool-label' }, t('tool.result')), h('pre', { dir: 'auto', tabindex: '0', role: 'region', 'aria-label': t('tool.result'), testid: 'tool-result' }, cut(tool.text))] : null),
      tool.status === 'waiting' && this.#decide ? this.#question(tool) : null,
    );
  }

  #question(tool) {
    const until = h('span', { class: 'muted', testid: 'approval-expires' });
    const approve = h('button', { type: 'button', class: 'primary', testid: 'approve', on: { click: () => this.#decide(true) } }, icon('check'), t('tool.approve'));
    const deny = h('button', { type: 'button', class: 'secondary', testid: 'deny', on: { click: () => this.#decide(false) } }, t('tool.deny'));
    const tick = () => {
      const left = Date.parse(tool.expiresAt) - Date.now();
      setText(until, left > 0 ? t('tool.expiresIn', { time: duration(Math.ceil(left / 1000) * 1000), when: clock(tool.expiresAt) }) : t('tool.expired'));
      approve.disabled = left <= 0;
      deny.disabled = left <= 0;
      if (left <= 0 || !this.element.isConnected) clearInterval(this.#timer);
    };
    if (tool.expiresAt) {
      this.#timer = setInterval(tick, 1000);
      tick();
    }
    return h('div', { class: 'tool-ask', role: 'group', 'aria-label': t('tool.ask'), testid: 'approval' },
      h('p', {}, t('tool.ask')), h('div', { class: 'row' }, approve, deny, until));
  }
}

function pretty(value) {
  return typeof value === 'string' ? value : JSON.stringify(value ?? {}, null, 2);
}

function cut(text) {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
