import { fill, h, setText } from '../dom.js';
import { clock, number, t } from '../text/index.js';

/**
 * A table that becomes a list of cards on a narrow screen. `columns` are {label, value(item), numeric, wide}; the first cell of
 * a row heads it.
 */
export function tableOf(caption, columns, items, { testid = 'table' } = {}) {
  return h('div', { class: 'data-table', tabindex: '0' },
    h('table', { testid }, h('caption', { class: 'offscreen' }, caption),
      h('thead', {}, h('tr', {}, columns.map((column) => h('th', { scope: 'col', class: column.numeric ? 'numeric' : null }, column.label)))),
      h('tbody', {}, items.map((item) => h('tr', {}, columns.map((column, index) => h(index === 0 ? 'th' : 'td',
        { scope: index === 0 ? 'row' : null, class: [column.numeric ? 'numeric' : '', column.wide ? 'wide' : ''].join(' ').trim() || null, 'data-label': column.label },
        column.value(item) ?? '–')))))));
}

/** A list that is read page by page: `read(after)` answers {items, next}. */
export class PagedTable {
  #read;
  #caption;
  #columns;
  #note;
  #items = [];
  #next = null;
  #asked = 0;
  #options;
  #rows = h('div', {});
  #empty = h('p', { class: 'hint empty-note', hidden: true });
  #more = h('button', { type: 'button', class: 'secondary', hidden: true, testid: 'more', on: { click: () => this.#load(this.#next) } }, t('history.more'));

  constructor({ caption, columns, read, note, empty = t('page.nothing'), testid }) {
    this.#read = read;
    this.#caption = caption;
    this.#columns = columns;
    this.#note = note;
    this.#options = { testid };
    setText(this.#empty, empty);
    this.element = h('div', { class: 'paged' }, this.#rows, this.#empty, this.#more);
  }

  get items() {
    return this.#items;
  }

  load() {
    return this.#load(null);
  }

  #load(after) {
    const asked = ++this.#asked;
    return this.#note.attempt(async () => {
      const page = await this.#read(after);
      if (asked !== this.#asked) return;
      const items = Array.isArray(page) ? page : page?.items ?? [];
      this.#items = after ? [...this.#items, ...items] : items;
      this.#next = page?.next ?? null;
      this.#more.hidden = !this.#next;
      this.#empty.hidden = this.#items.length > 0;
      fill(this.#rows, this.#items.length > 0 ? tableOf(this.#caption, this.#columns, this.#items, this.#options) : null);
    });
  }
}

/** A value as a person reads it. */
export function shown(value) {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean') return t(value ? 'page.yes' : 'page.no');
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? clock(value) : value;
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ') || '–';
  return h('code', { class: 'small' }, JSON.stringify(value));
}

/** A moment, in one line. */
export function moment(iso) {
  return iso ? h('time', { datetime: iso, class: 'moment' }, clock(iso)) : '–';
}

/** An object of simple values as a row of its names and values. */
export function pairs(object) {
  const given = Object.entries(object ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length === 0 ? '–' : h('span', { class: 'chips' }, given.map(([name, value]) => h('span', { class: 'chip' }, `${name.replaceAll('_', ' ')}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)));
}

/** A bar chart: one bar for each {name, value}; the table beside it says the same to whoever cannot see it. */
export function chartOf(label, bars, format) {
  const SVG = 'http://www.w3.org/2000/svg';
  const make = (tag, attributes, ...children) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    element.append(...children);
    return element;
  };
  const shownBars = bars.slice(-40);
  const most = Math.max(...shownBars.map((bar) => bar.value), 0) || 1;
  const height = 200;
  const step = Math.max(22, Math.min(72, 760 / Math.max(1, shownBars.length)));
  const width = Math.max(240, step * shownBars.length + 4);
  const lines = [0.5, 1].map((part) => make('line', { x1: 0, x2: width, y1: height - 170 * part, y2: height - 170 * part, class: 'chart-grid' }));
  const drawn = shownBars.map((bar, index) => {
    const tall = Math.max(bar.value > 0 ? 2 : 0, (bar.value / most) * 170);
    const x = index * step + step * 0.16;
    const title = make('title', {}, `${bar.name || t('page.none')}: ${format(bar.value)}`);
    return make('g', { class: 'chart-bar' }, title,
      make('rect', { x, y: height - tall, width: step * 0.68, height: tall, rx: Math.min(5, tall / 2) }),
      ...(step < 44 ? [] : [make('text', { x: x + step * 0.34, y: height - tall - 7, 'text-anchor': 'middle', class: 'chart-value' }, format(bar.value))]),
      make('text', { x: x + step * 0.34, y: height + 18, 'text-anchor': 'middle' }, shortened(bar.name || '–', step)));
  });
  const svg = make('svg', { viewBox: `0 0 ${width} ${height + 28}`, role: 'img', 'aria-label': label, class: 'chart', preserveAspectRatio: 'xMinYMid meet' }, ...lines, ...drawn);
  svg.style.minWidth = `${Math.min(width, 1400)}px`;
  return h('figure', { class: 'chart-figure', tabindex: '0', role: 'group', 'aria-label': label, testid: 'chart' }, svg,
    h('figcaption', { class: 'hint' }, `${label}. ${t('page.chartMost', { most: format(most) })}`));
}

function shortened(name, step) {
  const day = /^\d{4}-(\d\d-\d\d)$/.exec(name);
  const text = day ? day[1] : name;
  const room = Math.max(3, Math.floor(step / 7));
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}
