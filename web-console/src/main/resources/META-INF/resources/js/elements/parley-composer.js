import { fill, focused, h, icon } from '../dom.js';
import { t } from '../text/index.js';

/** The message box. Fires `ask` ({text}), `stop` and `draft`. */
export class ParleyComposer extends HTMLElement {
  #text = h('textarea', {
    id: 'composer-text', rows: 1, 'aria-label': t('chat.placeholder'), placeholder: t('chat.placeholder'),
    'aria-describedby': 'composer-hint', dir: 'auto', enterkeyhint: 'send', testid: 'composer',
  });
  #send = h('button', { type: 'submit', class: 'round primary', 'aria-label': t('chat.send'), title: t('chat.send'), testid: 'send' }, icon('send'));
  #stop = h('button', { type: 'button', class: 'round stop', 'aria-label': t('chat.stop'), title: t('chat.stop'), testid: 'stop', hidden: true }, icon('stop'));
  #model = h('select', { 'aria-label': t('chat.model'), testid: 'model' });
  #models = '';
  #built = false;

  constructor({ draft = '', model = null } = {}) {
    super();
    this.#text.value = draft;
    this.#offer([], model);
  }

  connectedCallback() {
    if (this.#built) return;
    this.#built = true;
    const form = h('form', { class: 'composer' }, this.#text,
      h('div', { class: 'composer-row' }, this.#model,
        h('span', { class: 'hint', id: 'composer-hint' }, t('chat.sendHint')),
        h('span', { class: 'spring' }), this.#stop, this.#send));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#ask();
    });
    this.#stop.addEventListener('click', () => this.dispatchEvent(new CustomEvent('stop')));
    this.#text.addEventListener('input', () => {
      this.#fit();
      this.dispatchEvent(new CustomEvent('draft'));
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#ask();
    });
    this.#model.addEventListener('change', () => this.dispatchEvent(new CustomEvent('draft')));
    this.append(form);
    this.#fit();
  }

  get draft() {
    return this.#text.value;
  }

  set draft(text) {
    this.#text.value = text;
    this.#fit();
    this.dispatchEvent(new CustomEvent('draft'));
  }

  get model() {
    return this.#model.value || null;
  }

  focusText() {
    this.#text.focus();
  }

  get focused() {
    return focused() === this.#text;
  }

  update({ running, models }) {
    const held = focused() === this.#stop;
    this.#stop.hidden = !running;
    if (held && !running) this.#text.focus();
    this.#send.disabled = this.#text.value.trim() === '';
    this.#offer(models, this.model);
  }

  #offer(models, chosen) {
    const names = models.filter((name) => !/[*?]/.test(name));
    const key = names.join('\n');
    if (key === this.#models && this.#model.options.length > 0) return;
    this.#models = key;
    const all = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
    fill(this.#model, h('option', { value: '' }, t('chat.modelDefault')), all.map((name) => h('option', { value: name }, name)));
    this.#model.value = chosen ?? '';
    this.#model.hidden = all.length === 0;
  }

  #ask() {
    const text = this.#text.value;
    if (text.trim() === '') return;
    this.draft = '';
    this.dispatchEvent(new CustomEvent('ask', { detail: { text } }));
  }

  /** As high as its text, up to the limit that the style sheet sets. */
  #fit() {
    this.#send.disabled = this.#text.value.trim() === '';
    this.#text.style.height = 'auto';
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }
}

customElements.define('parley-composer', ParleyComposer);
