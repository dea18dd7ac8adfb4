import { fill, h, icon } from '../dom.js';
import { clock, duration, t } from '../text/index.js';

/** Characters of arguments or of a result that are shown. */
const SHOWN_MAX = 8_000;

/** One tool call: name, state, arguments, result; and the question, while it waits for a yes or no. */
export class ToolCard {
  #shown = '';
  #decide;

  /** @param {(approved: boolean) => void} decide */
  constructor(decide) {
    this.#decide = decide;
    this.element = h('section', { class: 'tool', testid: 'tool-card' });
  }

  update(tool) {
    const state = JSON.stringify(tool);
    if (state === this.#shown) return;
    this.#shown = state;
    const name = tool.server ? `${tool.server} · ${tool.tool}` : tool.tool;
    this.element.dataset.status = tool.status;
    this.element.setAttribute('aria-label', name);
    const took = tool.durationMs !== undefined && tool.durationMs !== null ? ` · ${duration(tool.durationMs)}` : '';
    fill(
      this.element,
      h('details', { open: tool.status === 'waiting' },
        h('summary', {}, icon('tool'), h('span', { class: 'tool-name' }, name),
          h('span', { class: 'tool-status', testid: 'tool-status' }, t(`tool.${tool.status}`) + took)),
        h('h4', {}, t('tool.arguments')),
        h('pre', { dir: 'ltr', tabindex: '0' }, cut(pretty(tool.arguments))),
        tool.text ? [h('h4', {}, t('tool.result')), h('pre', { dir: 'auto', tabindex: '0', testid: 'tool-result' }, cut(tool.text))] : null),
      tool.status === 'waiting' ? this.#question(tool) : null,
    );
  }

  #question(tool) {
    return h('div', { class: 'tool-ask', role: 'group', testid: 'approval' },
      h('p', {}, t('tool.ask'), ' ',
        tool.expiresAt ? h('span', { class: 'muted' }, t('tool.expires', { when: clock(tool.expiresAt) })) : null),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'primary', testid: 'approve', on: { click: () => this.#decide(true) } }, t('tool.approve')),
        h('button', { type: 'button', class: 'secondary', testid: 'deny', on: { click: () => this.#decide(false) } }, t('tool.deny'))));
  }
}

function pretty(value) {
  return typeof value === 'string' ? value : JSON.stringify(value ?? {}, null, 2);
}

function cut(text) {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
