import { fill, h } from '../../dom.js';
import { t } from '../../text/index.js';
import { Note } from '../frame.js';
import { columnsOf, tableOf } from '../table.js';

const READ_EVERY_MS = 5_000;

/** Providers with their breakers, and how far each consumer is behind its topic. Read again while it is shown. */
export class HealthPart {
  #api;
  #timer = 0;
  #blocks;

  constructor(context) {
    this.#api = context.api;
    this.#blocks = [['providers', '/api/admin/providers'], ['lag', '/api/admin/lag']].map(([id, path]) => ({ id, path, note: new Note(context), body: h('div', { testid: `health-${id}` }) }));
    this.element = h('section', { class: 'part', 'aria-label': t('admin.health') }, this.#blocks.map(({ id, note, body }) => [
      h('h2', {}, t(`health.${id}`)), h('p', { class: 'hint' }, t(`health.${id}Hint`)), note.element, body,
    ]));
    this.element.addEventListener('part-hidden', () => clearTimeout(this.#timer));
  }

  async show() {
    clearTimeout(this.#timer);
    await Promise.all(this.#blocks.map(({ id, path, note, body }) => note.attempt(async () => {
      const answer = await this.#api.get(path);
      const items = answer?.items ?? (Array.isArray(answer) ? answer : []);
      fill(body, items.length > 0 ? tableOf(t(`health.${id}`), columnsOf(items), items) : h('p', { class: 'hint' }, t('page.nothing')));
    }, '')));
    if (this.element.isConnected) this.#timer = setTimeout(() => this.show(), READ_EVERY_MS);
  }
}
