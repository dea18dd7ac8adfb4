import { h, icon } from '../../dom.js';
import { askDialog } from '../../elements/ask-dialog.js';
import { t } from '../../text/index.js';
import { Note } from '../frame.js';
import { PagedTable, moment, shown } from '../table.js';

/** Who is blocked, why and until when. */
export class BlocksPart {
  #api;
  #note;
  #list;

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#list = new PagedTable({
      caption: t('admin.blocks'), note: this.#note, testid: 'blocks', empty: t('blocks.none'),
      read: (after) => this.#api.get('/api/admin/blocks', { after }),
      columns: [
        { label: t('admin.user'), value: (item) => item.user },
        { label: t('blocks.reason'), wide: true, value: (item) => shown(item.reason) },
        { label: t('blocks.message'), wide: true, value: (item) => shown(item.message) },
        { label: t('blocks.until'), value: (item) => (item.until ? moment(item.until) : h('span', { class: 'moment' }, t('blocks.forever'))) },
        { label: '', value: (item) => h('button', { type: 'button', class: 'link', testid: 'unblock', on: { click: () => this.#lift(item) } }, t('blocks.lift')) },
      ],
    });
    this.element = h('section', { class: 'part', 'aria-label': t('admin.blocks') }, h('p', { class: 'hint part-hint' }, t('blocks.hint')),
      h('div', { class: 'toolbar' }, h('button', { type: 'button', class: 'primary', testid: 'block', on: { click: () => this.#block() } }, icon('lock'), t('blocks.block'))),
      this.#note.element, this.#list.element);
  }

  show() {
    this.#list.load();
  }

  async #block() {
    const given = await askDialog({
      title: t('blocks.block'), text: t('blocks.blockText'), confirm: t('blocks.block'), danger: true, testid: 'block-dialog',
      fields: [
        { name: 'user', label: t('admin.user'), required: true, testid: 'block-user' }, { name: 'reason', label: t('blocks.reason'), testid: 'block-reason' },
        { name: 'message', label: t('blocks.message') }, { name: 'until', label: t('blocks.until'), type: 'datetime-local' },
      ],
    });
    if (!given) return;
    const until = given.until ? new Date(given.until).toISOString() : undefined;
    const body = Object.fromEntries(Object.entries({ ...given, until }).filter(([, value]) => value));
    if (await this.#note.attempt(() => this.#api.post('/api/admin/blocks', body))) this.#list.load();
  }

  async #lift(item) {
    const path = `/api/admin/blocks/${encodeURIComponent(item.user)}`;
    if (await this.#note.attempt(() => this.#api.delete(path, { version: item.version }))) this.#list.load();
  }
}
