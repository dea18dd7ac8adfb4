import { fill, h, icon, setText } from '../dom.js';
import { OtherPerson } from '../sign-in.js';
import { explain } from '../text/errors.js';
import { t } from '../text/index.js';

/**
 * Asks for a password or a token. Fires `signed-in`. With `again` it renews the sign-in of the same person and keeps what is
 * on the page.
 */
export class ParleySignIn extends HTMLElement {
  #signIn;
  #again;
  #byToken = false;
  #error = h('p', { class: 'form-error', role: 'alert', testid: 'sign-in-error' });
  #submit = h('button', { type: 'submit', class: 'primary wide', testid: 'sign-in-submit' });
  #form = h('form', { class: 'sign-in-form', novalidate: true });

  constructor(signIn, { again = false } = {}) {
    super();
    this.#signIn = signIn;
    this.#again = again;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#attempt();
    });
  }

  connectedCallback() {
    this.append(this.#form);
    this.#draw();
  }

  focusFirst() {
    this.#form.querySelector('input:not([readonly]), textarea')?.focus();
  }

  #draw() {
    setText(this.#submit, t('signin.submit'));
    setText(this.#error, '');
    fill(
      this.#form,
      this.#byToken ? this.#tokenFields() : this.#passwordFields(),
      this.#error,
      this.#submit,
      h('button', { type: 'button', class: 'link', testid: 'sign-in-mode', on: { click: () => this.#switch() } },
        icon('key'), this.#byToken ? t('signin.usePassword') : t('signin.useToken')),
    );
  }

  #switch() {
    this.#byToken = !this.#byToken;
    this.#draw();
    this.focusFirst();
  }

  #passwordFields() {
    const username = this.#again ? this.#signIn.subject : '';
    return [
      field('username', t('signin.username'), h('input', {
        name: 'username', type: 'text', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false',
        required: true, readonly: Boolean(username), value: username ?? '', testid: 'username',
      })),
      field('password', t('signin.password'), h('input', {
        name: 'password', type: 'password', autocomplete: 'current-password', required: true, testid: 'password',
      })),
    ];
  }

  #tokenFields() {
    return field('token', t('signin.token'), h('textarea', {
      name: 'token', rows: 4, spellcheck: 'false', autocomplete: 'off', required: true, class: 'mono', testid: 'token',
    }));
  }

  async #attempt() {
    const fields = new FormData(this.#form);
    const missing = [...this.#form.querySelectorAll('[required]')].find((input) => input.value.trim() === '');
    if (missing) {
      missing.focus();
      return;
    }
    this.#submit.disabled = true;
    setText(this.#submit, t('signin.busy'));
    setText(this.#error, '');
    try {
      if (this.#byToken) await this.#signIn.withToken(fields.get('token'));
      else await this.#signIn.withPassword(fields.get('username').trim(), fields.get('password'));
      this.dispatchEvent(new CustomEvent('signed-in', { bubbles: true }));
    } catch (cause) {
      setText(this.#error, this.#words(cause));
    } finally {
      this.#submit.disabled = false;
      setText(this.#submit, t('signin.submit'));
    }
  }

  #words(cause) {
    if (cause instanceof OtherPerson) return t('signin.otherUser');
    if (cause.status === 401) return this.#byToken ? t('signin.wrongToken') : t('signin.wrong');
    if (!this.#byToken && (cause.status === 404 || cause.status === 405)) return t('signin.noIssuer');
    const words = explain(cause);
    return `${words.title} ${words.next}`;
  }
}

function field(name, label, control) {
  control.id = `sign-in-${name}`;
  return h('div', { class: 'field' }, h('label', { for: control.id }, label), control);
}

customElements.define('parley-sign-in', ParleySignIn);
