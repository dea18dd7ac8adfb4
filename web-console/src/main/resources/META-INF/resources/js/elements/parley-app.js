import { ChatSession } from '../chat/chat-session.js';
import { turnsOf } from '../chat/history-turns.js';
import { SavedState } from '../chat/saved-state.js';
import { fill, h, icon } from '../dom.js';
import { Connection } from '../net/connection.js';
import { SignIn } from '../sign-in.js';
import { explain } from '../text/errors.js';
import { t } from '../text/index.js';
import { ParleyChat } from './parley-chat.js';
import { ParleyHistory } from './parley-history.js';
import { ParleySignIn } from './parley-sign-in.js';

/** Looks for a missing answer in the history after these many milliseconds, then leaves it to the person. */
const MISSING_LOOKS_MS = [500, 3_000, 10_000, 30_000];

/** The page: sign-in, then the history beside the chat. It wires the parts and owns no logic of theirs. */
class ParleyApp extends HTMLElement {
  #signIn = new SignIn();
  #connection = null;
  #session = null;
  #chat = null;
  #history = null;
  #saved = null;
  #dialog = null;

  connectedCallback() {
    if (this.#signIn.token) this.#showChat();
    else this.#showSignIn();
    addEventListener('keydown', (event) => this.#onKey(event));
  }

  #showSignIn() {
    const form = new ParleySignIn(this.#signIn);
    form.addEventListener('signed-in', () => this.#showChat());
    fill(
      this,
      h('main', { class: 'welcome-page', testid: 'sign-in' },
        h('section', { class: 'card', 'aria-labelledby': 'sign-in-title' },
          h('img', { src: 'favicon.svg', alt: '', width: 44, height: 44 }),
          h('h1', { id: 'sign-in-title' }, t('app.name')),
          h('p', { class: 'muted' }, t('app.tagline')),
          form,
          h('p', { class: 'hint' }, t('signin.demo')))),
    );
    form.focusFirst();
  }

  #showChat() {
    const saved = SavedState.load();
    this.#connection = new Connection(this.#signIn.api, {
      transport: saved?.transport, session: saved?.session ?? null, cursor: saved?.cursor ?? null,
    });
    this.#session = new ChatSession(this.#connection, saved);
    this.#saved = new SavedState(() => this.#snapshot());
    this.#chat = new ParleyChat(this.#session, this.#connection, { draft: saved?.draft ?? '', model: saved?.model ?? null });
    this.#history = new ParleyHistory(this.#signIn.api);
    this.#listen();
    fill(
      this,
      h('a', { class: 'skip', href: '#composer-text' }, t('app.skip')),
      h('div', { class: 'shell' },
        h('aside', { class: 'side', id: 'side', 'aria-label': t('history.title') },
          h('div', { class: 'brand' },
            h('img', { src: 'favicon.svg', alt: '', width: 28, height: 28 }), h('span', {}, t('app.name')),
            h('button', { type: 'button', class: 'icon-button only-narrow', 'aria-label': t('history.close'), testid: 'history-close', on: { click: () => this.#openSide(false) } }, icon('close'))),
          h('button', { type: 'button', class: 'secondary wide', testid: 'new-conversation', on: { click: () => this.#startNew() } }, icon('plus'), t('chat.new')),
          this.#history,
          h('div', { class: 'account' },
            h('span', { class: 'account-name', testid: 'user' }, this.#signIn.subject ?? ''),
            h('button', { type: 'button', class: 'icon-button', 'aria-label': t('signout'), title: t('signout'), testid: 'sign-out', on: { click: () => this.#signOut() } }, icon('out')))),
        h('button', { type: 'button', class: 'veil', tabindex: '-1', 'aria-label': t('history.close'), on: { click: () => this.#openSide(false) } }),
        h('main', { class: 'room' }, this.#chat)),
    );
    this.#connection.start();
    this.#history.refresh();
    this.#chat.focusComposer();
    if (this.#session.turns.some((turn) => turn.state === 'missing')) this.#lookUpMissing();
  }

  #listen() {
    const connection = this.#connection;
    connection.addEventListener('state', () => {
      if (connection !== this.#connection) return;
      this.#saved.soon();
      if (connection.state === 'signed-out') this.#askAgain();
    });
    this.#session.addEventListener('change', () => this.#saved.soon());
    this.#session.addEventListener('ended', () => this.#history.refreshSoon());
    this.#session.addEventListener('missing', () => this.#lookUpMissing());
    this.#chat.addEventListener('draft', () => this.#saved.soon());
    this.#chat.addEventListener('menu', () => this.#openSide(true));
    this.#chat.addEventListener('renew', () => this.#askAgain());
    this.#chat.addEventListener('look-again', () => this.#lookUpMissing());
    this.#history.addEventListener('open-conversation', (event) => this.#open(event.detail));
  }

  #snapshot() {
    return {
      ...this.#session.snapshot(),
      transport: this.#connection.transportId,
      draft: this.#chat.draft,
      model: this.#chat.model,
    };
  }

  #startNew() {
    this.#connection.leave();
    this.#session.clear();
    this.#history.select(null);
    this.#connection.start();
    this.#openSide(false);
    this.#chat.focusComposer();
  }

  async #open(id) {
    try {
      const conversation = await this.#signIn.api.conversation(id);
      this.#session.show(id, turnsOf(conversation));
      this.#history.select(id);
      this.#lookUpMissing();
      this.#openSide(false);
      this.#chat.focusComposer();
    } catch (problem) {
      if (problem.status === 401) this.#askAgain();
      this.#chat.notice(explain(problem));
    }
  }

  async #lookUpMissing() {
    const session = this.#session;
    const id = session.conversationId;
    for (const wait of MISSING_LOOKS_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const missing = session.turns.some((turn) => turn.state === 'missing');
      if (!missing || session !== this.#session || session.conversationId !== id) return;
      try {
        session.complete(turnsOf(await this.#signIn.api.conversation(id)));
      } catch {
        // The next look, or the person's, may find it.
      }
    }
  }

  /** Signs in anew over the page, which stays as it is. */
  #askAgain() {
    if (this.#dialog) return;
    const form = new ParleySignIn(this.#signIn, { again: true });
    const close = () => {
      this.#dialog?.close();
      this.#dialog?.remove();
      this.#dialog = null;
    };
    form.addEventListener('signed-in', () => {
      close();
      this.#chat.renewed();
      if (this.#connection.state === 'open') this.#session.renewToken(this.#signIn.token).catch(() => this.#connection.retryNow());
      else this.#connection.retryNow();
      this.#history.refresh();
    });
    this.#dialog = h('dialog', { class: 'card', 'aria-labelledby': 'again-title', testid: 'sign-in-again', on: { close } },
      h('h2', { id: 'again-title' }, t('signin.title')),
      h('p', { class: 'muted' }, t('signin.againText', { user: this.#signIn.subject ?? '' })),
      form,
      h('button', { type: 'button', class: 'link later', testid: 'sign-in-later', on: { click: close } }, t('signin.later')));
    this.append(this.#dialog);
    this.#dialog.showModal();
    form.focusFirst();
  }

  #signOut() {
    this.#connection.leave();
    this.#session.clear();
    this.#signIn.signOut();
    // A fresh page holds nothing of the person who left, in memory or on screen.
    this.#saved.forget();
    location.replace(location.pathname);
  }

  #openSide(open) {
    this.classList.toggle('side-open', open);
    if (open) this.querySelector('#side button')?.focus();
  }

  /** F6 goes between the message box and the conversation, Escape closes the drawer. */
  #onKey(event) {
    if (!this.#chat) return;
    if (event.key === 'F6') {
      event.preventDefault();
      this.#chat.toggleFocus();
    } else if (event.key === 'Escape' && this.classList.contains('side-open')) {
      this.#openSide(false);
    }
  }
}

customElements.define('parley-app', ParleyApp);
