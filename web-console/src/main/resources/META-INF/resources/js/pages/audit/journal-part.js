import { fill, h, setText } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { number, t } from '../../text/index.js';
import { changesOf } from '../changes.js';
import { Note } from '../frame.js';
import { PagedTable, moment, pairs, shown } from '../table.js';

/** Who changed the policy, who read the record, and the signed heads of the chains. */
export class JournalPart {
  #api;
  #note;
  #kind = 'policy-changes';
  #subject = h('input', { type: 'search', dir: 'auto', testid: 'journal-subject' });
  #subjectField = labelled('journal-subject', t('journal.subject'), this.#subject);
  #actor = h('input', { type: 'search', dir: 'auto', testid: 'journal-actor' });
  #body = h('div', {});
  #links;
  #form;

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#links = ['policy-changes', 'reads', 'checkpoints'].map((kind) => h('a', { href: `#/audit/journal/${kind}`, 'data-kind': kind, testid: `journal-${kind}` }, t(`journal.${kind}`)));
    this.#form = h('form', { class: 'toolbar', role: 'search', 'aria-label': t('filter.title') }, this.#subjectField, labelled('journal-actor', t('journal.actor'), this.#actor),
      h('button', { type: 'submit', class: 'primary' }, t('filter.apply')));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#load();
    });
    this.element = h('section', { class: 'part', 'aria-label': t('audit.journal') }, h('nav', { class: 'sub-nav', 'aria-label': t('audit.journal') }, this.#links), this.#form, this.#note.element, this.#body);
  }

  show([kind]) {
    this.#kind = KINDS[kind] ? kind : 'policy-changes';
    for (const link of this.#links) {
      if (link.dataset.kind === this.#kind) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    this.#form.hidden = this.#kind === 'checkpoints';
    setText(this.#subjectField.querySelector('label'), t(this.#kind === 'reads' ? 'journal.call' : 'journal.subject'));
    this.#load();
  }

  #load() {
    const kind = this.#kind;
    const { path, columns } = KINDS[kind];
    const [subject, actor] = [this.#subject.value.trim(), this.#actor.value.trim()];
    const filters = { 'policy-changes': { subject, actor }, reads: { call: subject, reader: actor }, checkpoints: {} }[kind];
    const list = new PagedTable({
      caption: t(`journal.${kind}`), note: this.#note, columns: columns(), testid: `list-${kind}`,
      read: (after) => this.#api.get(path, { ...filters, after, limit: 50 }),
    });
    fill(this.#body, list.element);
    return list.load();
  }
}

const hash = (text) => h('code', { class: 'small', title: text }, `${text.slice(0, 16)}…`);

const KINDS = {
  'policy-changes': {
    path: '/api/audit/policy-changes',
    columns: () => [
      { label: t('journal.subject'), value: (item) => shown(item.subject) }, { label: t('policy.action'), value: (item) => shown(item.action) },
      { label: t('journal.actor'), value: (item) => shown(item.actor) }, { label: t('audit.at'), value: (item) => moment(item.at) },
      { label: t('policy.changed'), wide: true, value: (item) => changesOf(item.before, item.after) },
    ],
  },
  reads: {
    path: '/api/audit/reads',
    columns: () => [
      { label: t('audit.at'), value: (item) => moment(item.at) }, { label: t('journal.actor'), value: (item) => item.reader },
      { label: t('filter.role'), value: (item) => item.role }, { label: t('journal.call'), value: (item) => h('span', { class: 'moment' }, item.call) },
      { label: t('journal.target'), wide: true, value: (item) => shown(item.target) }, { label: t('journal.filters'), wide: true, value: (item) => pairs(item.filters) },
    ],
  },
  checkpoints: {
    path: '/api/audit/checkpoints',
    columns: () => [
      { label: t('journal.number'), value: ({ statement }) => number(statement.number) }, { label: t('audit.at'), value: ({ statement }) => moment(statement.at) },
      { label: t('journal.conversations'), numeric: true, value: ({ statement }) => number(statement.conversations) },
      { label: t('journal.root'), value: ({ statement }) => hash(statement.root) },
      { label: t('journal.key'), value: (item) => hash(item.key_id) }, { label: t('journal.signature'), value: (item) => hash(item.signature) },
    ],
  },
};
