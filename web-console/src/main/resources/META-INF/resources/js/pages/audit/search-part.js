import { fill, h } from '../../dom.js';
import { explain, limitName } from '../../text/errors.js';
import { duration, money, number, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { PagedTable, moment, pairs, shown } from '../table.js';
import { Filters } from './filters.js';

const FILTERS = {
  conversations: ['query', 'user', 'team', 'role', 'model', 'tool', 'status', 'code', 'from', 'to', 'min_latency_ms'],
  messages: ['query', 'user', 'team', 'role', 'model', 'tool', 'status', 'code', 'from', 'to', 'min_latency_ms'],
  refusals: ['query', 'user', 'team', 'role', 'model', 'code', 'from', 'to'],
};

/** Conversations, messages or refusals of everybody, with every filter that the record knows. */
export class SearchPart {
  #api;
  #note;
  #kind = 'conversations';
  #views = new Map();
  #body = h('div', { class: 'search-body' });
  #choice;

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#choice = Object.keys(FILTERS).map((kind) => h('a', { href: `#/audit/search/${kind}`, 'data-kind': kind, testid: `search-${kind}` }, t(`audit.${kind}`)));
    this.element = h('section', { class: 'part', 'aria-label': t('audit.search') },
      h('nav', { class: 'sub-nav', 'aria-label': t('audit.search') }, this.#choice), this.#note.element, this.#body);
  }

  show([kind], query) {
    this.#kind = FILTERS[kind] ? kind : 'conversations';
    for (const link of this.#choice) {
      if (link.dataset.kind === this.#kind) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    if (!this.#views.has(this.#kind)) this.#views.set(this.#kind, this.#make(this.#kind));
    const view = this.#views.get(this.#kind);
    view.filters.write(query);
    fill(this.#body, view.filters.element, view.list.element);
    view.list.load();
  }

  #make(kind) {
    const view = {};
    view.filters = new Filters(FILTERS[kind], () => view.list.load());
    view.list = new PagedTable({
      caption: t(`audit.${kind}`), note: this.#note, columns: COLUMNS[kind](), testid: `audit-${kind}`,
      read: (after) => this.#api.get(`/api/audit/${kind}`, { ...view.filters.values(), after, limit: 50 }),
    });
    return view;
  }
}

const link = (id, text) => h('a', { href: `#/audit/conversation/${encodeURIComponent(id)}`, dir: 'auto', testid: 'audit-open' }, text);
const person = () => [
  { label: t('filter.user'), value: (item) => shown(item.user) }, { label: t('filter.team'), value: (item) => shown(item.team) },
];
const cut = (text) => (text && text.length > 120 ? `${text.slice(0, 120)}…` : text);

const COLUMNS = {
  conversations: () => [
    { label: t('audit.conversation'), wide: true, value: (item) => link(item.conversation_id, item.title || t('history.untitled')) },
    ...person(), { label: t('filter.role'), value: (item) => shown(item.role) },
    { label: t('audit.messages'), numeric: true, value: (item) => number(item.messages ?? 0) },
    { label: t('audit.begun'), value: (item) => moment(item.created_at) },
  ],
  messages: () => [
    { label: t('audit.message'), wide: true, value: (item) => link(item.conversation_id, cut(item.text) || t('chat.unreadable')) },
    ...person(), { label: t('filter.model'), value: (item) => shown(item.model) },
    { label: t('filter.status'), value: (item) => h('span', { class: `chip status-${item.status}` }, t(`status.${item.status}`)) },
    { label: t('audit.tokens'), numeric: true, value: (item) => number((item.tokens_input ?? 0) + (item.tokens_output ?? 0)) },
    { label: t('audit.cost'), numeric: true, value: (item) => (item.cost ? money(item.cost) : '–') },
    { label: t('audit.latency'), numeric: true, value: (item) => (item.latency_ms === undefined || item.latency_ms === null ? '–' : duration(item.latency_ms)) },
    { label: t('audit.at'), value: (item) => moment(item.at) },
  ],
  refusals: () => [
    { label: t('audit.message'), wide: true, value: (item) => (item.conversation_id ? link(item.conversation_id, cut(item.text) || t('chat.unreadable')) : cut(item.text)) },
    ...person(), { label: t('filter.code'), value: (item) => h('span', { title: explain({ code: item.code }).title }, h('code', {}, item.code)) },
    { label: t('audit.limit'), value: (item) => (typeof item.limit === 'string' ? h('span', { class: 'moment' }, limitName(item.limit)) : pairs(item.limit)) }, { label: t('audit.at'), value: (item) => moment(item.at) },
  ],
};
