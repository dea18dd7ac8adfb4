import { SavedState } from './chat/saved-state.js';
import { Api } from './net/api.js';

/** Who is signed in, in this tab. Fires `change`. The token lives in session storage: it ends with the tab. */
export class SignIn extends EventTarget {
  #signIn = SavedState.loadSignIn();

  constructor(base = '') {
    super();
    this.api = new Api({ base, token: () => this.token });
  }

  get token() {
    return this.#signIn?.token ?? null;
  }

  /** The subject of the token, for the page alone; the server judges the token, not this. */
  get subject() {
    return this.#signIn?.subject ?? null;
  }

  async withPassword(username, password) {
    const { token } = await this.api.login(username, password);
    return this.#adopt(token, username);
  }

  async withToken(text) {
    const token = text.trim().replace(/^Bearer\s+/i, '');
    await this.api.meWith(token);
    return this.#adopt(token, null);
  }

  signOut() {
    this.#signIn = null;
    SavedState.saveSignIn(null);
    this.dispatchEvent(new CustomEvent('change'));
  }

  /** Another person's token must not take over this person's conversation. */
  #adopt(token, fallback) {
    const subject = subjectOf(token) ?? fallback;
    if (this.#signIn && this.#signIn.subject !== subject) throw new OtherPerson();
    this.#signIn = { token, subject };
    SavedState.saveSignIn(this.#signIn);
    this.dispatchEvent(new CustomEvent('change'));
    return token;
  }
}

export class OtherPerson extends Error {}

function subjectOf(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).sub ?? null;
  } catch {
    return null;
  }
}
