import { fill, h } from '../../dom.js';
import { explain } from '../../text/errors.js';
import { clock, duration, number, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { shown, tableOf } from '../table.js';

const READ_EVERY_MS = 5_000;

/** Providers with their breakers, and how far each consumer is behind its topic. Read again while it is shown. */
export class HealthPart {
  #api;
  #timer = 0;
  #blocks;

  constructor(context) {
    this.#api = context.api;
    this.#blocks = Object.entries(TABLES).map(([id, { path, columns }]) => ({ id, path, columns: columns(), note: new Note(context), body: h('div', { testid: `health-${id}` }) }));
    this.element = h('section', { class: 'part', 'aria-label': t('admin.health') }, this.#blocks.map(({ id, note, body }) => [
      h('h2', {}, t(`health.${id}`)), h('p', { class: 'hint' }, t(`health.${id}Hint`)), note.element, body,
    ]));
    this.element.addEventListener('part-hidden', () => clearTimeout(this.#timer));
  }

  async show() {
    clearTimeout(this.#timer);
    await Promise.all(this.#blocks.map(({ id, path, columns, note, body }) => note.attempt(async () => {
      const { items } = await this.#api.get(path);
      fill(body, items.length > 0 ? tableOf(t(`health.${id}`), columns, items) : h('p', { class: 'hint' }, t('page.nothing')));
    }, '')));
    if (this.element.isConnected) this.#timer = setTimeout(() => this.show(), READ_EVERY_MS);
  }
}

const TABLES = {
  providers: {
    path: '/api/admin/providers',
    columns: () => [
      { label: t('field.provider'), value: (item) => item.name },
      { label: t('field.state'), value: (item) => h('span', { class: `chip provider-${item.state}` }, t(`health.state.${item.state}`)) },
      { label: t('admin.models'), wide: true, value: (item) => shown(item.models) },
      { label: t('health.answers'), numeric: true, value: (item) => number(item.answers) },
      { label: t('health.failures'), numeric: true, value: (item) => number(item.failures) },
      { label: t('health.lastError'), wide: true, value: (item) => lastError(item.workers) },
      { label: t('health.workers'), wide: true, value: (item) => fill(h('div', {}), item.workers.map(workerLine)) },
    ],
  },
  lag: {
    path: '/api/admin/lag',
    columns: () => [
      { label: t('field.topic'), value: (item) => item.topic }, { label: t('field.group'), value: (item) => item.group },
      { label: t('field.kind'), value: (item) => t(`health.kind.${item.kind}`) },
      { label: t('field.lag'), numeric: true, value: (item) => number(item.lag) },
      { label: t('health.partitions'), numeric: true, value: (item) => number(item.partitions) },
    ],
  },
};

/** The newest failure that any worker had. */
function lastError(workers) {
  const [newest] = workers.filter((worker) => worker.last_error).toSorted((a, b) => Date.parse(b.last_error_at ?? 0) - Date.parse(a.last_error_at ?? 0));
  return newest ? h('span', { title: newest.last_error }, newest.last_error_at ? `${clock(newest.last_error_at)}: ` : '', explain({ code: newest.last_error }).title) : '–';
}

/** How one worker sees it: a provider may be open for one and up for another. */
function workerLine(worker) {
  const parts = [
    t('health.slots', { running: number(worker.running), slots: number(worker.slots) }),
    worker.first_token_ms === undefined || worker.first_token_ms === null ? null : t('health.firstToken', { time: duration(worker.first_token_ms) }),
    worker.until ? t('health.until', { when: clock(worker.until) }) : null,
  ];
  return h('p', {}, h('span', { dir: 'ltr' }, worker.worker), `: ${t(`health.state.${worker.state}`)}, `, parts.filter(Boolean).join(', '));
}
