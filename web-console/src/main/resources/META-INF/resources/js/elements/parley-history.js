import { fill, h, icon, saveAs, setText } from '../dom.js';
import { explain } from '../text/errors.js';
import { day, t } from '../text/index.js';
import { askDialog } from './ask-dialog.js';
import { menu } from './menu.js';

/** Wait after the last key before a search is sent, in milliseconds. */
const SEARCH_AFTER_MS = 250;
/** Wait after an answer before the list is read again: the record follows the answer by a moment. */
const REFRESH_AFTER_MS = 1_500;
/** Largest file that is taken in, in bytes. */
const IMPORT_BYTES_MAX = 50_000_000;
const ENDINGS = { markdown: 'md', json: 'json', jsonl: 'jsonl', csv: 'csv' };

/** The person's own conversations. Fires `open-conversation` (the id) and `renamed` ({id, title}). */
export class ParleyHistory extends HTMLElement {
  #api;
  #items = [];
  #next = null;
  #selected = null;
  #archived = false;
  #asked = 0;
  #timer = 0;
  #search = h('input', { type: 'search', placeholder: t('history.search'), 'aria-label': t('history.search'), testid: 'history-search' });
  #file = h('input', { type: 'file', accept: '.json,application/json', class: 'offscreen', 'aria-label': t('history.import'), tabindex: '-1', testid: 'import-file' });
  #list = h('div', { class: 'history-groups', testid: 'history-list' });
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
    this.#file.addEventListener('change', () => this.#import());
    fill(this, h('div', { class: 'history-head' }, h('div', { class: 'search' }, icon('search'), this.#search),
      menu({ label: t('history.options'), testid: 'history-options', items: () => [
        { label: t(this.#archived ? 'history.showCurrent' : 'history.showArchived'), icon: 'archive', testid: 'history-archived', act: () => this.#toggleArchived() },
        { label: t('history.import'), icon: 'upload', testid: 'history-import', act: () => this.#file.click() },
      ] }), this.#file),
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
    if (id === this.#selected) return;
    this.#selected = id;
    for (const item of this.#list.querySelectorAll('li')) mark(item.querySelector('.history-open'), item.dataset.id === id);
  }

  async #read(after) {
    const asked = ++this.#asked;
    const query = this.#search.value.trim();
    try {
      const page = await this.#api.conversations({ query, after, archived: this.#archived });
      if (asked !== this.#asked) return;
      this.#items = after ? [...this.#items, ...page.items] : page.items;
      this.#next = page.next ?? null;
      setText(this.#note, this.#items.length > 0 ? '' : t(query ? 'history.nothing' : this.#archived ? 'history.noArchived' : 'history.empty'));
      this.#draw();
    } catch {
      if (asked === this.#asked) setText(this.#note, t('history.unavailable'));
    }
  }

  #draw() {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.closest('li')?.dataset.id : null;
    this.#more.hidden = !this.#next;
    const groups = Map.groupBy(this.#items, (item) => day(item.created_at ?? item.updated_at));
    fill(this.#list, this.#archived ? h('p', { class: 'history-day' }, t('history.archived')) : null,
      [...groups].map(([name, items]) => h('section', {}, h('h3', { class: 'history-day' }, name),
        h('ul', { class: 'history-list' }, items.map((item) => this.#entry(item))))));
    if (focused) this.#list.querySelector(`li[data-id="${CSS.escape(focused)}"] .history-open`)?.focus();
  }

  #entry(item) {
    const id = item.conversation_id;
    const title = item.title || t('history.untitled');
    const open = h('button', { type: 'button', class: 'history-open', testid: 'history-item', title, on: { click: () => this.dispatchEvent(new CustomEvent('open-conversation', { detail: id })) } },
      h('span', { class: 'history-title', dir: 'auto' }, title));
    mark(open, id === this.#selected);
    return h('li', { 'data-id': id }, open, menu({
      label: t('history.actions', { title }), testid: 'history-menu', items: () => [
        { label: t('history.rename'), icon: 'edit', testid: 'rename', act: () => this.#rename(item) },
        { label: t(item.archived ? 'history.unarchive' : 'history.archive'), icon: 'archive', testid: 'archive', act: () => this.#archive(item) },
        ...Object.keys(ENDINGS).map((format) => ({
          label: t('history.exportAs', { format: t(`format.${format}`) }), icon: 'download', testid: `export-${format}`, act: () => this.#download(id, format),
        })),
      ],
    }));
  }

  async #rename(item) {
    const answer = await askDialog({
      title: t('history.rename'), confirm: t('form.save'), testid: 'rename-dialog',
      fields: [{ name: 'title', label: t('history.newTitle'), value: item.title ?? '', testid: 'rename-title' }],
    });
    if (!answer) return;
    const title = answer.title.trim() || null;
    await this.#attempt(async () => {
      const changed = await this.#api.changeConversation(item.conversation_id, { title });
      this.dispatchEvent(new CustomEvent('renamed', { detail: { id: item.conversation_id, title: changed?.title ?? title } }));
      await this.refresh();
    });
  }

  #archive(item) {
    return this.#attempt(async () => {
      await this.#api.changeConversation(item.conversation_id, { archived: !item.archived });
      await this.refresh();
      setText(this.#note, t(item.archived ? 'history.unarchived' : 'history.wasArchived'));
    });
  }

  #toggleArchived() {
    this.#archived = !this.#archived;
    this.refresh();
  }

  #download(id, format) {
    return this.#attempt(async () => {
      saveAs(await this.#api.blob(`/api/conversations/${encodeURIComponent(id)}/export?format=${format}`), `conversation-${id}.${ENDINGS[format]}`);
      setText(this.#note, '');
    });
  }

  /** Takes in the export of another chat program; what kind it is, the server finds out. */
  async #import() {
    const [file] = this.#file.files;
    this.#file.value = '';
    if (!file) return;
    if (file.size > IMPORT_BYTES_MAX) {
      setText(this.#note, t('history.importTooBig'));
      return;
    }
    setText(this.#note, t('history.importing', { name: file.name }));
    await this.#attempt(async () => {
      const done = await this.#api.upload('POST', '/api/conversations/import', file, 'application/json');
      await this.refresh();
      setText(this.#note, t('history.imported', { conversations: done.conversations ?? 0, messages: done.messages ?? 0, skipped: done.skipped ?? 0 }));
      this.refreshSoon();
    });
  }

  async #attempt(action) {
    try {
      await action();
    } catch (problem) {
      const words = explain(problem);
      setText(this.#note, [words.title, words.detail, words.next].filter(Boolean).join(' '));
    }
  }
}

function mark(button, current) {
  if (current) button.setAttribute('aria-current', 'true');
  else button.removeAttribute('aria-current');
}

customElements.define('parley-history', ParleyHistory);
