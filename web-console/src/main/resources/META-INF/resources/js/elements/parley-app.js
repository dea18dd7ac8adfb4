import { TabLink } from '../chat/tab-link.js';
import { fill, h, icon, iconButton } from '../dom.js';
import { SignIn } from '../sign-in.js';
import { explain } from '../text/errors.js';
import { readPageTexts, t } from '../text/index.js';
import { ParleyChat } from './parley-chat.js';
import { ParleyHistory } from './parley-history.js';
import { ParleySignIn } from './parley-sign-in.js';
import { settingsMenu } from './settings-menu.js';

/** Pages beyond the chat: who may open them, and what they are made by. Read when they are first opened. */
const PAGES = {
  audit: { roles: ['auditor', 'admin'], icon: 'shield', read: () => import('../pages/audit/audit-page.js') },
  admin: { roles: ['admin'], icon: 'gear', read: () => import('../pages/admin/admin-page.js') },
};

/**
 * The page: sign-in, then the history beside the chat, and the pages for auditors and administrators. The address after `#`
 * says what is shown: `#/` or `#/c/CONVERSATION`, `#/audit/…`, `#/admin/…`.
 */
class ParleyApp extends HTMLElement {
  #signIn = new SignIn();
  #tabs = new TabLink();
  #chat = null;
  #history = null;
  #dialog = null;
  #role = null;
  #page = null;
  #shown = new Map();
  #room = h('main', { class: 'room', id: 'room' });
  #nav = h('nav', { class: 'app-nav', 'aria-label': t('nav.label'), hidden: true });
  #demo = null;

  connectedCallback() {
    this.#open();
    addEventListener('keydown', (event) => this.#onKey(event));
    addEventListener('hashchange', () => this.#route());
    this.#tabs.addEventListener('signed-out', () => this.#signIn.token && this.#leave());
  }

  async #open() {
    if (!this.#signIn.token) {
      const shared = await this.#tabs.signInOfOthers();
      if (shared) this.#signIn.adoptShared(shared);
    }
    if (this.#signIn.token) this.#showShell();
    else this.#showSignIn();
  }

  #showSignIn() {
    const form = new ParleySignIn(this.#signIn);
    form.addEventListener('signed-in', () => this.#showShell());
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

  #showShell() {
    this.#chat = new ParleyChat();
    Object.assign(this.#chat, { signIn: this.#signIn, keepsState: true, tabs: this.#tabs });
    this.#history = new ParleyHistory(this.#signIn.api);
    this.#tabs.holds = () => ({ session: this.#chat.connection?.session ?? null, signIn: this.#signIn.shared });
    this.#listen();
    fill(
      this,
      h('button', { type: 'button', class: 'skip', on: { click: () => this.#skip() } }, t('app.skip')),
      h('div', { class: 'shell' },
        h('aside', { class: 'side', id: 'side', 'aria-label': t('history.title') },
          h('div', { class: 'brand' },
            h('img', { src: 'favicon.svg', alt: '', width: 28, height: 28 }), h('span', {}, t('app.name')),
            iconButton('close', t('history.close'), 'history-close', () => this.#openSide(false), { class: 'icon-button only-narrow' })),
          h('button', { type: 'button', class: 'secondary wide', testid: 'new-conversation', on: { click: () => this.#startNew() } }, icon('plus'), t('chat.new')),
          this.#history, this.#nav,
          h('div', { class: 'account' },
            h('span', { class: 'account-name', testid: 'user' }, this.#signIn.subject ?? ''),
            settingsMenu(),
            iconButton('out', t('signout'), 'sign-out', () => this.#signOut()))),
        h('button', { type: 'button', class: 'veil', tabindex: '-1', 'aria-label': t('history.close'), on: { click: () => this.#openSide(false) } }),
        this.#room),
    );
    this.#route();
    this.#history.refresh();
    this.#readRole();
    this.#readDemo();
  }

  #listen() {
    const { api } = this.#signIn;
    this.#chat.addEventListener('parley-ready', () => this.#page === 'chat' && this.#chat.focusComposer());
    this.#chat.addEventListener('parley-change', () => this.#onChange());
    this.#chat.addEventListener('parley-answer', () => this.#history.refreshSoon());
    this.#chat.addEventListener('parley-sign-in', () => this.#askAgain());
    this.#chat.addEventListener('parley-menu', () => this.#openSide(true));
    this.#history.addEventListener('open-conversation', ({ detail: id }) => this.#goTo(id));
    this.#history.addEventListener('renamed', ({ detail: { id, title } }) => {
      if (this.#chat.session.conversationId !== id) return;
      this.#chat.session.title = title;
      this.#chat.session.dispatchEvent(new CustomEvent('change', { detail: null }));
    });
    this.context = { api, signIn: this.#signIn, explain: (problem) => this.#explain(problem), openSide: () => this.#openSide(true) };
  }

  /** The address follows the conversation, so that it can be opened in a second tab, or kept. */
  #onChange() {
    const { session } = this.#chat;
    if (session.user) this.#showNav(session.user.role);
    const id = session.allTurns.length > 0 ? session.conversationId : null;
    this.#history.select(id);
    if (this.#page !== 'chat') return;
    const hash = id ? `#/c/${id}` : '#/';
    if (location.hash !== hash) history.replaceState(null, '', hash);
  }

  async #route() {
    if (!this.#chat) return;
    const [, name = '', ...rest] = location.hash.split('?')[0].split('/');
    const page = PAGES[name] ? name : 'chat';
    for (const link of this.#nav.children) {
      if (link.dataset.page === page) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    this.#page = page;
    this.#openSide(false);
    if (page === 'chat') {
      this.#show(this.#chat);
      if (name === 'c' && rest[0]) this.#chat.setAttribute('conversation', rest[0]);
      this.#chat.focusComposer();
      document.title = t('app.name');
      return;
    }
    if (!this.#shown.has(page)) {
      await readPageTexts();
      const { create } = await PAGES[page].read();
      this.#shown.set(page, create(this.context));
    }
    if (this.#page !== page) return;
    const element = this.#shown.get(page);
    this.#show(element);
    document.title = `${t(`nav.${page}`)} · ${t('app.name')}`;
    element.route(rest, new URLSearchParams(location.hash.split('?')[1] ?? ''));
  }

  /** The chat stays in the document when another page is shown: its answers go on. */
  #show(element) {
    if (!element.isConnected) this.#room.append(element);
    for (const child of this.#room.children) {
      if (child !== this.#demo) child.hidden = child !== element;
    }
  }

  async #readRole() {
    try {
      const me = await this.#signIn.api.me();
      this.#showNav(me.user?.role);
    } catch (problem) {
      if (problem.status === 401) this.#askAgain();
    }
  }

  #showNav(role) {
    if (this.#role === role) return;
    this.#role = role;
    const open = Object.entries(PAGES).filter(([, page]) => page.roles.includes(role));
    fill(this.#nav, open.length === 0 && !this.#demo ? null : h('a', { href: '#/', 'data-page': 'chat', testid: 'nav-chat' }, icon('chat'), t('nav.chat')),
      open.map(([name, page]) => h('a', { href: `#/${name}`, 'data-page': name, testid: `nav-${name}` }, icon(page.icon), t(`nav.${name}`))),
      this.#demo ? h('button', { type: 'button', testid: 'nav-demo', on: { click: () => this.#toggleDemo() } }, icon('bolt'), t('nav.demo')) : null);
    this.#nav.hidden = this.#nav.children.length === 0;
    for (const link of this.#nav.querySelectorAll('a')) {
      if (link.dataset.page === this.#page) link.setAttribute('aria-current', 'page');
    }
  }

  /** Only the one-command run lets itself be broken, and says so at this address. */
  async #readDemo() {
    try {
      const { actions } = await this.#signIn.api.get('/api/demo');
      if (!Array.isArray(actions) || actions.length === 0) return;
      const { DemoPanel } = await import('./demo-panel.js');
      this.#demo = new DemoPanel(this.#signIn.api, this.#chat, actions);
      this.#demo.hidden = true;
      this.#room.append(this.#demo);
      const role = this.#role;
      this.#role = undefined;
      this.#showNav(role);
    } catch {
      // Absent, as in every other installation.
    }
  }

  #toggleDemo() {
    this.#demo.hidden = !this.#demo.hidden;
    this.classList.toggle('demo-open', !this.#demo.hidden);
    this.#openSide(false);
    if (!this.#demo.hidden) {
      location.hash = location.hash.startsWith('#/c/') ? location.hash : '#/';
      this.#demo.querySelector('button')?.focus();
    }
  }

  #startNew() {
    if (this.#page !== 'chat') location.hash = '#/';
    this.#chat.removeAttribute('conversation');
    this.#chat.newConversation();
    this.#openSide(false);
  }

  #goTo(id) {
    const hash = `#/c/${id}`;
    if (location.hash === hash) this.#chat.open(id);
    else location.hash = hash;
    this.#chat.setAttribute('conversation', id);
    this.#openSide(false);
  }

  #explain(problem) {
    if (problem.status === 401) this.#askAgain();
    return explain(problem);
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
    this.#tabs.signOut();
    this.#leave();
  }

  #leave() {
    this.#chat?.leave();
    this.#signIn.signOut();
    // A fresh page holds nothing of the person who left, in memory or on screen.
    history.replaceState(null, '', location.pathname);
    location.reload();
  }

  #openSide(open) {
    this.classList.toggle('side-open', open);
    if (open) this.querySelector('#side button')?.focus();
  }

  #skip() {
    if (this.#page === 'chat') this.#chat.focusComposer();
    else this.#room.querySelector('h1')?.focus();
  }

  /** F6 goes between the message box and the conversation, Escape closes the drawer. */
  #onKey(event) {
    if (!this.#chat?.room) return;
    if (event.key === 'F6' && this.#page === 'chat') {
      event.preventDefault();
      this.#chat.room.toggleFocus();
    } else if (event.key === 'Escape' && this.classList.contains('side-open')) {
      this.#openSide(false);
    }
  }
}

customElements.define('parley-app', ParleyApp);
