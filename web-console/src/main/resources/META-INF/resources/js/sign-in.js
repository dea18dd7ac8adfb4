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

  /** As another tab may take it over. */
  get shared() {
    return this.#signIn;
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

  adoptShared({ token, subject }) {
    return this.#adopt(token, subject);
  }

  signOut() {
    this.#signIn = null;
    SavedState.saveSignIn(null);
    this.dispatchEvent(new CustomEvent('change'));
  }

  /** A new token, when the page can get one by itself; here the person must sign in. */
  async renew() {
    throw new NeedsPerson();
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

/** The sign-in of an embedding page, which hands out tokens when it is asked: `callback({reason})` → token or its promise. */
export class CallbackSignIn extends EventTarget {
  #callback;
  token = null;

  constructor(base, callback) {
    super();
    this.#callback = callback;
    this.api = new Api({ base, token: () => this.token });
  }

  get subject() {
    return this.token ? subjectOf(this.token) : null;
  }

  /** @param {'start'|'expiring'|'expired'} reason why a token is needed */
  async renew(reason) {
    const token = await this.#callback({ reason });
    if (typeof token !== 'string' || token === '') throw new NeedsPerson();
    this.token = token;
    this.dispatchEvent(new CustomEvent('change'));
    return token;
  }
}

export class OtherPerson extends Error {}

/** Only the person can go on: there is no token to be had without them. */
export class NeedsPerson extends Error {}

function subjectOf(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).sub ?? null;
  } catch {
    return null;
  }
}
