import { fill, h, saveAs } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { t } from '../../text/index.js';
import { changesOf } from '../changes.js';
import { Note } from '../frame.js';
import { tableOf } from '../table.js';

/** The whole policy as one YAML file: read, compare, apply; and the greeting for everybody. */
export class PolicyPart {
  #api;
  #note;
  #yaml = h('textarea', { rows: 18, class: 'mono', dir: 'ltr', spellcheck: 'false', testid: 'policy-yaml' });
  #prune = h('input', { type: 'checkbox', id: 'policy-prune', testid: 'policy-prune' });
  #apply = h('button', { type: 'button', class: 'primary', disabled: true, testid: 'policy-apply', on: { click: () => this.#applyNow() } }, t('policy.apply'));
  #changes = h('div', { testid: 'policy-changes' });
  #welcome = h('textarea', { rows: 2, dir: 'auto', testid: 'welcome-text' });
  #welcomeVersion;

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    for (const control of [this.#yaml, this.#prune]) {
      control.addEventListener('input', () => {
        this.#apply.disabled = true;
      });
    }
    this.element = h('section', { class: 'part', 'aria-label': t('admin.policy') }, this.#note.element,
      h('h2', {}, t('policy.welcome')), labelled('welcome-text', t('policy.welcomeLabel'), this.#welcome),
      h('div', { class: 'row' }, h('button', { type: 'button', class: 'secondary', testid: 'welcome-save', on: { click: () => this.#saveWelcome() } }, t('form.save'))),
      h('h2', {}, t('policy.file')), h('p', { class: 'hint' }, t('policy.hint')),
      labelled('policy-yaml', t('policy.yaml'), this.#yaml),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'secondary', testid: 'policy-read', on: { click: () => this.#read() } }, t('policy.read')),
        h('button', { type: 'button', class: 'secondary', testid: 'policy-save-file', on: { click: () => saveAs(new Blob([this.#yaml.value], { type: 'application/yaml' }), 'policy.yaml') } }, t('policy.saveFile')),
        h('button', { type: 'button', class: 'secondary', testid: 'policy-diff', on: { click: () => this.#diff() } }, t('policy.diff')),
        h('span', { class: 'check' }, this.#prune, h('label', { for: 'policy-prune' }, t('policy.prune'))), this.#apply),
      this.#changes);
  }

  show() {
    this.#read();
    this.#api.get('/api/admin/welcome').then(({ text, version }) => {
      this.#welcome.value = text ?? '';
      this.#welcomeVersion = version || undefined;
    }, () => {});
  }

  #read() {
    return this.#note.attempt(async () => {
      this.#yaml.value = await this.#api.text('/api/admin/policy');
      fill(this.#changes);
    });
  }

  #diff() {
    return this.#note.attempt(async () => {
      const { changes } = await this.#api.upload('POST', `/api/admin/policy/diff?prune=${this.#prune.checked}`, this.#yaml.value, 'application/yaml');
      fill(this.#changes, changes.length === 0 ? h('p', { class: 'hint' }, t('policy.noChanges')) : tableOf(t('policy.changes'), [
        { label: t('policy.subject'), value: (change) => change.subject }, { label: t('policy.action'), value: (change) => change.action },
        { label: t('policy.changed'), wide: true, value: (change) => changesOf(change.before, change.after) },
      ], changes));
      this.#apply.disabled = changes.length === 0;
    });
  }

  async #applyNow() {
    const done = await this.#note.attempt(() => this.#api.upload('PUT', `/api/admin/policy?prune=${this.#prune.checked}`, this.#yaml.value, 'application/yaml'));
    if (!done) return;
    await this.#read();
    this.#apply.disabled = true;
    this.#note.say(t('policy.applied'));
  }

  async #saveWelcome() {
    const done = await this.#note.attempt(async () => {
      const { version } = await this.#api.put('/api/admin/welcome', { text: this.#welcome.value.trim() || null, version: this.#welcomeVersion });
      this.#welcomeVersion = version || undefined;
    });
    if (done) this.#note.say(t('policy.welcomeSaved'));
  }
}
