import { fill, h, icon, setText } from '../dom.js';
import { clock, t } from '../text/index.js';

/** Wait after the last key before a search is sent, in milliseconds. */
const SEARCH_AFTER_MS = 250;
/** Wait after an answer before the list is read again: the record follows the answer by a moment. */
const REFRESH_AFTER_MS = 1_500;
const FORMATS = ['markdown', 'json', 'jsonl', 'csv'];
const ENDINGS = { markdown: 'md', json: 'json', jsonl: 'jsonl', csv: 'csv' };

/** The person's own conversations. Fires `open-conversation` (the id). */
export class ParleyHistory extends HTMLElement {
  #api;
  #items = [];
  #next = null;
  #selected = null;
  #asked = 0;
  #timer = 0;
  #search = h('input', { type: 'search', placeholder: t('history.search'), 'aria-label': t('history.search'), testid: 'history-search' });
  #list = h('ul', { class: 'history-list', testid: 'history-list' });
  #note = h('p', { class: 'hint', role: 'status', testid: 'history-note' });
  #more = h('button', { type: 'button', class: 'link', hidden: true, testid: 'history-more' }, t('history.more'));

  constructor(api) {
    super();
    this.#api = api;
  }

  connectedCallback() {
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), SEARCH_AFTER_MS);
    });
    this.#more.addEventListener('click', () => this.#read(this.#next));
    fill(this, h('div', { class: 'search' }, icon('search'), this.#search),
      h('div', { class: 'history-scroll' }, this.#list, this.#note, this.#more));
  }

  refresh() {
    return this.#read(null);
  }

  refreshSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), REFRESH_AFTER_MS);
  }

  select(id) {
    this.#selected = id;
    for (const item of this.#list.children) mark(item.querySelector('.history-open'), item.dataset.id === id);
  }

  async #read(after) {
    const asked = ++this.#asked;
    const query = this.#search.value.trim();
    try {
      const page = await this.#api.conversations({ query, after });
      if (asked !== this.#asked) return;
      this.#items = after ? [...this.#items, ...page.items] : page.items;
      this.#next = page.next ?? null;
      setText(this.#note, this.#items.length > 0 ? '' : t(query ? 'history.nothing' : 'history.empty'));
      this.#draw();
    } catch {
      if (asked === this.#asked) setText(this.#note, t('history.unavailable'));
    }
  }

  #draw() {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.closest('li')?.dataset.id : null;
    this.#more.hidden = !this.#next;
    fill(this.#list, this.#items.map((item) => this.#entry(item)));
    if (focused) this.#list.querySelector(`li[data-id="${CSS.escape(focused)}"] .history-open`)?.focus();
  }

  #entry(item) {
    const { conversation_id: id, updated_at: at } = item;
    const open = h('button', { type: 'button', class: 'history-open', testid: 'history-item', on: { click: () => this.dispatchEvent(new CustomEvent('open-conversation', { detail: id })) } },
      h('span', { class: 'history-title', dir: 'auto' }, item.title || t('history.untitled')),
      h('span', { class: 'history-when' }, at ? clock(at) : ''));
    mark(open, id === this.#selected);
    return h('li', { 'data-id': id }, open, this.#exports(id, item.title || t('history.untitled')));
  }

  #exports(id, title) {
    const menu = h('details', { class: 'menu', testid: 'history-export' },
      h('summary', { 'aria-label': `${t('history.export')}: ${title}`, title: t('history.export') }, icon('download')),
      h('div', { class: 'menu-items' }, FORMATS.map((format) => h('button', {
        type: 'button', testid: `export-${format}`, 'aria-label': t('history.exportAs', { format }),
        on: { click: () => { menu.open = false; this.#download(id, format); } },
      }, format))));
    menu.addEventListener('focusout', (event) => {
      if (!menu.contains(event.relatedTarget)) menu.open = false;
    });
    return menu;
  }

  async #download(id, format) {
    try {
      const address = URL.createObjectURL(await this.#api.exportOf(id, format));
      const link = h('a', { href: address, download: `conversation-${id}.${ENDINGS[format]}`, hidden: true });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
      setText(this.#note, '');
    } catch {
      setText(this.#note, t('history.exportFailed'));
    }
  }
}

function mark(button, current) {
  if (current) button.setAttribute('aria-current', 'true');
  else button.removeAttribute('aria-current');
}

customElements.define('parley-history', ParleyHistory);
