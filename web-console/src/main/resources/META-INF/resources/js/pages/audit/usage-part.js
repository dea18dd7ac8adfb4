import { fill, h } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { money, number, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { chartOf, tableOf } from '../table.js';
import { Filters } from './filters.js';

const GROUPS = ['day', 'team', 'user', 'role', 'model', 'tool', 'status'];
const MEASURES = {
  tokens: { of: (line) => (line.tokens_input ?? 0) + (line.tokens_output ?? 0), format: number },
  cost: { of: (line) => Number(line.cost ?? 0), format: money },
  messages: { of: (line) => line.messages ?? 0, format: number },
};
const LINES_MAX = 1_000;

/** What was used and what it cost, by day, team, user, role, model, tool or outcome: a chart, and the figures under it. */
export class UsagePart {
  #api;
  #note;
  #filters;
  #by = h('select', { testid: 'usage-by' }, GROUPS.map((name) => h('option', { value: name }, t(`usage.by.${name}`))));
  #measure = h('select', { testid: 'usage-measure' }, Object.keys(MEASURES).map((name) => h('option', { value: name }, t(`usage.measure.${name}`))));
  #result = h('div', { class: 'usage-result', testid: 'usage-result' });
  #lines = [];

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#filters = new Filters(['user', 'team', 'role', 'model', 'from', 'to'], () => this.#read());
    this.#by.addEventListener('change', () => this.#read());
    this.#measure.addEventListener('change', () => this.#draw());
    this.element = h('section', { class: 'part', 'aria-label': t('audit.usage') },
      h('div', { class: 'toolbar' }, labelled('usage-by', t('usage.byLabel'), this.#by), labelled('usage-measure', t('usage.measureLabel'), this.#measure)),
      this.#filters.element, this.#note.element, this.#result);
  }

  show() {
    this.#read();
  }

  #read() {
    return this.#note.attempt(async () => {
      const lines = [];
      let after = null;
      do {
        const page = await this.#api.get('/api/audit/usage', { ...this.#filters.values(), by: this.#by.value, limit: 200, after });
        lines.push(...page.items);
        after = page.next;
      } while (after && lines.length < LINES_MAX);
      this.#lines = lines;
      this.#draw();
    });
  }

  #draw() {
    const measure = MEASURES[this.#measure.value];
    const byDay = this.#by.value === 'day';
    const lines = byDay ? this.#lines : this.#lines.toSorted((a, b) => measure.of(b) - measure.of(a)).slice(0, 40);
    const label = `${t(`usage.measure.${this.#measure.value}`)}, ${t(`usage.by.${this.#by.value}`)}`;
    const totals = h('dl', { class: 'flow-sums' }, Object.entries(MEASURES).map(([name, { of, format }]) => h('div', {},
      h('dt', {}, t(`usage.measure.${name}`)), h('dd', {}, format(this.#lines.reduce((sum, line) => sum + of(line), 0))))));
    fill(this.#result, this.#lines.length === 0 ? h('p', { class: 'hint empty-note' }, t('page.nothing')) : [
      totals, chartOf(label, lines.map((line) => ({ name: line.name, value: measure.of(line) })), measure.format),
      tableOf(label, [
        { label: t(`usage.by.${this.#by.value}`), value: (line) => line.name || t('page.none') },
        { label: t('usage.measure.messages'), numeric: true, value: (line) => number(MEASURES.messages.of(line)) },
        { label: t('usage.in'), numeric: true, value: (line) => number(line.tokens_input ?? 0) },
        { label: t('usage.out'), numeric: true, value: (line) => number(line.tokens_output ?? 0) },
        { label: t('audit.cost'), numeric: true, value: (line) => (line.cost === null || line.cost === undefined ? '–' : money(line.cost)) },
      ], lines, { testid: 'usage-table' }),
    ]);
  }
}
