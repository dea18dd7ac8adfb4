import { fill, h, icon } from '../../dom.js';
import { askDialog, labelled } from '../../elements/ask-dialog.js';
import { ruleName } from '../../text/errors.js';
import { clock, number, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { PolicyForm } from '../form.js';
import { PagedTable, shown } from '../table.js';

/** What the server adds to an object, and no form changes. */
const OWN = new Set(['name', 'version', 'updated_at', 'updated_by']);

/**
 * A kind of object of the policy: list, search, a form to make and change one. A change that somebody else was faster with is
 * shown beside theirs before it is sent again.
 *
 * `kind` is {path, title, one, fields, columns, hint}; `catalog` answers what the tool rules of a form need.
 */
export class EntityPart {
  #api;
  #kind;
  #catalog;
  #note;
  #list;
  #dialog = null;
  #search = h('input', { type: 'search', placeholder: t('admin.search'), 'aria-label': t('admin.search'), testid: 'entity-search' });

  constructor(context, kind, catalog = async () => ({ servers: [], toolsOf: async () => [] })) {
    this.#api = context.api;
    this.#kind = kind;
    this.#catalog = catalog;
    this.#note = new Note(context);
    this.#list = new PagedTable({
      caption: kind.title, note: this.#note, testid: `list-${kind.id}`,
      read: (after) => this.#api.get(kind.path, { after, limit: 50, query: this.#search.value.trim() }),
      columns: [
        { label: t('field.name'), value: (item) => h('button', { type: 'button', class: 'link', testid: 'entity-open', on: { click: () => this.#edit(item) } }, item.name) },
        ...kind.columns,
        { label: t('field.updated_at'), value: (item) => (item.updated_at ? h('span', { class: 'moment' }, `${clock(item.updated_at)}${item.updated_by ? ` · ${item.updated_by}` : ''}`) : '–') },
      ],
    });
    let timer = 0;
    this.#search.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#list.load(), 250);
    });
    this.element = h('section', { class: 'part', 'aria-label': kind.title },
      h('p', { class: 'hint part-hint' }, kind.hint),
      h('div', { class: 'toolbar' }, h('div', { class: 'search' }, icon('search'), this.#search),
        h('button', { type: 'button', class: 'primary', testid: 'entity-new', on: { click: () => this.#edit(null) } }, icon('plus'), t('admin.new'))),
      this.#note.element, this.#list.element, kind.below ?? null);
  }

  show([name]) {
    this.#list.load();
    if (name) this.#openNamed(decodeURIComponent(name));
  }

  #openNamed(name) {
    return this.#note.attempt(async () => this.#edit(await this.#api.get(this.#address(name))));
  }

  #address(name) {
    return `${this.#kind.path}/${encodeURIComponent(name)}`;
  }

  async #edit(item) {
    this.#dialog?.close();
    const note = new Note({ explain: (problem) => this.#explain(problem) });
    const form = new PolicyForm(this.#kind.fields, await this.#catalog());
    form.write(item ?? {});
    const name = h('input', { type: 'text', value: item?.name ?? '', readonly: Boolean(item), required: true, autocomplete: 'off', spellcheck: 'false', testid: 'field-name' });
    const dialog = h('dialog', { class: 'drawer', 'aria-labelledby': 'edit-title', testid: 'entity-dialog' },
      h('form', { class: 'edit-entity' },
        h('header', { class: 'drawer-head' }, h('h2', { id: 'edit-title' }, item ? `${this.#kind.one}: ${item.name}` : t('admin.newOne', { one: this.#kind.one })),
          h('button', { type: 'button', class: 'icon-button', 'aria-label': t('form.close'), on: { click: () => dialog.close() } }, icon('close'))),
        item ? null : labelled('edit-name', t('field.name'), name, this.#kind.nameHint),
        form.element, this.#kind.more?.(item, this.#api) ?? null, note.element,
        h('footer', { class: 'row drawer-foot' },
          item ? h('button', { type: 'button', class: 'secondary danger-text', testid: 'entity-delete', on: { click: () => this.#delete(item, note, dialog) } }, icon('trash'), t('admin.delete')) : null,
          h('span', { class: 'spring' }),
          h('button', { type: 'button', class: 'secondary', on: { click: () => dialog.close() } }, t('form.cancel')),
          h('button', { type: 'submit', class: 'primary', testid: 'entity-save' }, t('form.save')))));
    dialog.querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save({ name: name.value.trim(), item, form, note, dialog });
    });
    dialog.addEventListener('close', () => dialog.remove());
    this.#dialog = dialog;
    document.body.append(dialog);
    dialog.showModal();
  }

  #explain(problem) {
    return { title: problem.detail ?? t(`error.${problem.code}.title`), detail: null, next: problem.code === 'conflict' ? '' : t(`error.${problem.code}.next`) };
  }

  async #save({ name, item, form, note, dialog }, version = item?.version) {
    let wanted;
    try {
      wanted = form.read();
    } catch (cause) {
      note.problem({ status: 400, code: 'bad_frame', detail: cause.message });
      return;
    }
    const body = version === undefined ? wanted : { ...wanted, version };
    note.say(t('page.working'));
    try {
      await this.#api.put(this.#address(name), body);
      dialog.close();
      this.#note.say(t('admin.saved', { name }));
      await this.#list.load();
      this.#note.say(t('admin.saved', { name }));
    } catch (problem) {
      if (problem.code === 'conflict') await this.#settle({ name, form, note, dialog, wanted });
      else note.problem(problem);
    }
  }

  /** Somebody else changed it: both are shown, and the person decides. */
  async #settle({ name, form, note, dialog, wanted }) {
    let theirs;
    try {
      theirs = await this.#api.get(this.#address(name));
    } catch (problem) {
      note.problem(problem);
      return;
    }
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(theirs)])].filter((field) => !OWN.has(field));
    const rows = names.map((field) => ({ field, mine: wanted[field], theirs: theirs[field] })).filter(({ mine, theirs: their }) => !isSame(mine, their));
    note.say('');
    const both = h('div', { class: 'conflict', role: 'alertdialog', 'aria-labelledby': 'conflict-title', testid: 'conflict' },
      h('h3', { id: 'conflict-title', tabindex: '-1' }, t('conflict.title')),
      h('p', {}, t('conflict.text', { by: theirs.updated_by ?? '?', at: theirs.updated_at ? clock(theirs.updated_at) : '' })),
      h('div', { class: 'data-table', tabindex: '0' }, h('table', {}, h('thead', {}, h('tr', {}, ['field.field', 'conflict.mine', 'conflict.theirs'].map((key) => h('th', { scope: 'col' }, t(key))))),
        h('tbody', {}, rows.map((row) => h('tr', {}, h('th', { scope: 'row', 'data-label': t('field.field') }, row.field.replaceAll('_', ' ')),
          h('td', { 'data-label': t('conflict.mine') }, shown(row.mine)), h('td', { 'data-label': t('conflict.theirs') }, shown(row.theirs))))))),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'secondary', testid: 'take-theirs', on: { click: () => { dialog.close(); this.#edit(theirs); } } }, t('conflict.takeTheirs')),
        h('button', { type: 'button', class: 'primary', testid: 'keep-mine', on: { click: () => { both.remove(); this.#save({ name, item: theirs, form, note, dialog }, theirs.version); } } }, t('conflict.keepMine'))));
    dialog.querySelector('.conflict')?.remove();
    note.element.before(both);
    both.querySelector('h3').focus();
  }

  async #delete(item, note, dialog) {
    const sure = await askDialog({ title: t('admin.deleteTitle', { name: item.name }), text: t('admin.deleteText'), confirm: t('admin.delete'), danger: true, testid: 'delete-dialog' });
    if (!sure) return;
    const gone = await note.attempt(() => this.#api.delete(this.#address(item.name), { version: item.version }));
    if (!gone) return;
    dialog.close();
    await this.#list.load();
    this.#note.say(t('admin.deleted', { name: item.name }));
  }
}

function isSame(a, b) {
  const empty = (value) => value === undefined || value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0);
  return (empty(a) && empty(b)) || canonical(a) === canonical(b);
}

function canonical(value) {
  return JSON.stringify(value, (key, inner) => (inner && typeof inner === 'object' && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner).filter(([, each]) => each !== null).sort(([a], [b]) => a.localeCompare(b)))
    : inner));
}

export function summary(object) {
  const given = Object.entries(object ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return given.length === 0 ? '–' : fill(h('span', { class: 'chips' }), given.map(([name, value]) => h('span', { class: 'chip' }, `${ruleName(name)} ${typeof value === 'object' ? t(`rules.mode.${value.mode ?? 'absent'}`) : number(value)}`)));
}
