import { fill, h } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { clock, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { PagedTable, columnsOf, shown } from '../table.js';

/** Who changed the policy, who read the record, and the signed heads of the chains. */
export class JournalPart {
  #api;
  #note;
  #kind = 'policy-changes';
  #subject = h('input', { type: 'search', dir: 'auto', testid: 'journal-subject' });
  #actor = h('input', { type: 'search', dir: 'auto', testid: 'journal-actor' });
  #body = h('div', {});
  #links;
  #form;

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#links = ['policy-changes', 'reads', 'checkpoints'].map((kind) => h('a', { href: `#/audit/journal/${kind}`, 'data-kind': kind, testid: `journal-${kind}` }, t(`journal.${kind}`)));
    this.#form = h('form', { class: 'toolbar', role: 'search', 'aria-label': t('filter.title') }, labelled('journal-subject', t('journal.subject'), this.#subject), labelled('journal-actor', t('journal.actor'), this.#actor),
      h('button', { type: 'submit', class: 'primary' }, t('filter.apply')));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#load();
    });
    this.element = h('section', { class: 'part', 'aria-label': t('audit.journal') }, h('nav', { class: 'sub-nav', 'aria-label': t('audit.journal') }, this.#links), this.#form, this.#note.element, this.#body);
  }

  show([kind]) {
    this.#kind = PATHS[kind] ? kind : 'policy-changes';
    for (const link of this.#links) {
      if (link.dataset.kind === this.#kind) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    this.#form.hidden = this.#kind === 'checkpoints';
    this.#load();
  }

  /** What an entry of each kind has is for the service to say; the page shows every field. */
  #load() {
    const kind = this.#kind;
    const columns = [];
    const filters = kind === 'checkpoints' ? {} : kind === 'reads' ? { call: this.#subject.value.trim(), reader: this.#actor.value.trim() } : { subject: this.#subject.value.trim(), actor: this.#actor.value.trim() };
    const list = new PagedTable({
      caption: t(`journal.${kind}`), note: this.#note, columns, testid: `list-${kind}`,
      read: async (after) => {
        const page = await this.#api.get(PATHS[kind], { ...filters, after, limit: 50 });
        columns.splice(0, columns.length, ...(kind === 'policy-changes' ? CHANGES() : columnsOf(page.items)));
        return page;
      },
    });
    fill(this.#body, list.element);
    return list.load();
  }
}

const PATHS = { 'policy-changes': '/api/audit/policy-changes', reads: '/api/audit/reads', checkpoints: '/api/audit/checkpoints' };

const CHANGES = () => [
  { label: t('journal.subject'), value: (item) => shown(item.subject) }, { label: t('policy.action'), value: (item) => shown(item.action) },
  { label: t('journal.actor'), value: (item) => shown(item.actor) }, { label: t('audit.at'), value: (item) => clock(item.at) || '–' },
  { label: t('policy.before'), wide: true, value: (item) => shown(item.before) }, { label: t('policy.after'), wide: true, value: (item) => shown(item.after) },
];
