import { fill, h, icon } from '../../dom.js';
import { askDialog } from '../../elements/ask-dialog.js';
import { number, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { PagedTable, moment, shown, tableOf } from '../table.js';

/** Erasure of a person's texts, legal holds that forbid it, and how long things are kept. */
export class ErasurePart {
  #api;
  #note;
  #erasures;
  #holds;
  #retention = h('div', { testid: 'retention' });

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#erasures = new PagedTable({
      caption: t('erasure.title'), note: this.#note, testid: 'erasures', empty: t('erasure.none'),
      read: (after) => this.#api.get('/api/audit/erasures', { after }),
      columns: [
        { label: t('filter.user'), value: (item) => shown(item.user) }, { label: t('erasure.state'), value: (item) => h('span', { class: `chip erasure-${item.state}` }, t(`erasure.state.${item.state}`)) },
        { label: t('erasure.by'), value: (item) => shown(item.requested_by) }, { label: t('audit.at'), value: (item) => moment(item.requested_at) },
      ],
    });
    this.#holds = new PagedTable({
      caption: t('hold.title'), note: this.#note, testid: 'holds', empty: t('hold.none'),
      read: (after) => this.#api.get('/api/audit/legal-holds', { after }),
      columns: [
        { label: t('hold.what'), value: (item) => `${t(`hold.kind.${item.kind}`)}: ${item.subject}` }, { label: t('hold.reason'), wide: true, value: (item) => shown(item.reason) },
        { label: t('erasure.by'), value: (item) => shown(item.placed_by) }, { label: t('audit.at'), value: (item) => moment(item.placed_at) },
        { label: '', value: (item) => (item.released_at ? t('hold.released') : h('button', { type: 'button', class: 'link', testid: 'hold-release', on: { click: () => this.#release(item) } }, t('hold.release'))) },
      ],
    });
    this.element = h('section', { class: 'part', 'aria-label': t('audit.erasure') }, this.#note.element,
      h('h2', {}, t('erasure.title')), h('p', { class: 'hint' }, t('erasure.hint')),
      h('div', { class: 'toolbar' }, h('button', { type: 'button', class: 'secondary danger-text', testid: 'erase', on: { click: () => this.#erase() } }, icon('trash'), t('erasure.action'))), this.#erasures.element,
      h('h2', {}, t('hold.title')), h('p', { class: 'hint' }, t('hold.hint')),
      h('div', { class: 'toolbar' }, h('button', { type: 'button', class: 'secondary', testid: 'hold', on: { click: () => this.#hold() } }, icon('lock'), t('hold.action'))), this.#holds.element,
      h('h2', {}, t('retention.title')), h('p', { class: 'hint' }, t('retention.hint')),
      h('div', { class: 'toolbar' }, h('button', { type: 'button', class: 'secondary', testid: 'retain', on: { click: () => this.#retain() } }, t('retention.action'))), this.#retention);
  }

  async show() {
    await this.#erasures.load();
    await this.#holds.load();
    await this.#readRetention();
  }

  #readRetention() {
    return this.#note.attempt(async () => {
      const { items } = await this.#api.get('/api/audit/retention');
      fill(this.#retention, items.length > 0 ? tableOf(t('retention.title'), [
        { label: t('hold.kind'), value: (item) => t(item.kind === 'teams' ? 'admin.team' : 'admin.role') }, { label: t('field.name'), value: (item) => item.name },
        { label: t('field.days'), numeric: true, value: (item) => number(item.days) },
        { label: t('erasure.by'), value: (item) => shown(item.set_by) }, { label: t('audit.at'), value: (item) => moment(item.set_at) },
      ], items) : h('p', { class: 'hint' }, t('retention.none')));
    });
  }

  /** In two steps: whose, and then the name typed once more, since nothing brings it back. */
  async #erase() {
    const asked = await askDialog({ title: t('erasure.action'), text: t('erasure.askText'), confirm: t('erasure.next'), testid: 'erase-dialog', fields: [{ name: 'user', label: t('filter.user'), required: true, testid: 'erase-user' }] });
    const user = asked?.user.trim();
    if (!user) return;
    const sure = await askDialog({ title: t('erasure.sure', { user }), text: t('erasure.sureText'), confirm: t('erasure.action'), danger: true, typed: user, testid: 'erase-sure' });
    if (!sure) return;
    if (await this.#note.attempt(() => this.#api.post('/api/audit/erasures', { user }))) await this.#erasures.load();
  }

  async #hold() {
    const kind = h('select', { testid: 'hold-kind' }, ['user', 'conversation_id', 'team'].map((name) => h('option', { value: name }, t(`hold.kind.${name}`))));
    const given = await askDialog({
      title: t('hold.action'), text: t('hold.askText'), confirm: t('hold.action'), testid: 'hold-dialog',
      fields: [{ name: 'kind', label: t('hold.kind'), control: kind }, { name: 'of', label: t('hold.what'), required: true, testid: 'hold-of' }, { name: 'reason', label: t('hold.reason'), required: true, testid: 'hold-reason' }],
    });
    if (!given) return;
    if (await this.#note.attempt(() => this.#api.post('/api/audit/legal-holds', { [given.kind]: given.of.trim(), reason: given.reason }))) await this.#holds.load();
  }

  async #release(item) {
    const sure = await askDialog({ title: t('hold.releaseSure'), text: item.reason, confirm: t('hold.release'), danger: true, testid: 'release-dialog' });
    if (sure && (await this.#note.attempt(() => this.#api.delete(`/api/audit/legal-holds/${encodeURIComponent(item.hold_id)}`)))) await this.#holds.load();
  }

  async #retain() {
    const kind = h('select', {}, ['roles', 'teams'].map((name) => h('option', { value: name }, t(`admin.${name}`))));
    const given = await askDialog({
      title: t('retention.action'), text: t('retention.askText'), confirm: t('form.save'), testid: 'retain-dialog',
      fields: [{ name: 'kind', label: t('hold.kind'), control: kind }, { name: 'name', label: t('field.name'), required: true }, { name: 'days', label: t('retention.days'), type: 'number' }],
    });
    if (!given) return;
    const path = `/api/audit/retention/${given.kind}/${encodeURIComponent(given.name.trim())}`;
    const done = await this.#note.attempt(() => (given.days === '' ? this.#api.delete(path) : this.#api.put(path, { days: Number(given.days) })));
    if (done) await this.#readRetention();
  }
}
