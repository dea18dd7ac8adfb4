/**
 * What a reload must not lose, in this tab's session storage: the cursor together with the transcript that it stands for, so
 * that they never disagree; the draft; the sign-in. It ends with the tab.
 */

const CHAT_KEY = 'parley.chat.1';
const SIGN_IN_KEY = 'parley.sign-in.1';
/** Turns that are kept; older ones are in the history. */
const TURNS_MAX = 60;
/** Shortest time between two saves, in milliseconds. */
const SAVE_EVERY_MS = 400;

export class SavedState {
  #snapshot;
  #timer = 0;
  #over = false;

  /** @param {() => object} snapshot answers what is to be kept */
  constructor(snapshot) {
    this.#snapshot = snapshot;
    addEventListener('pagehide', () => this.now());
  }

  soon() {
    this.#timer ||= setTimeout(() => this.now(), SAVE_EVERY_MS);
  }

  now() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#over) return;
    const state = this.#snapshot();
    for (let keep = TURNS_MAX; keep >= 1; keep = Math.floor(keep / 2)) {
      if (write(CHAT_KEY, { ...state, turns: state.turns.slice(-keep) })) return;
    }
  }

  static load() {
    const state = read(CHAT_KEY);
    return Array.isArray(state?.turns) ? state : null;
  }

  /** Forgets everything, and saves no more. */
  forget() {
    this.#over = true;
    sessionStorage.removeItem(CHAT_KEY);
  }

  static loadSignIn() {
    return read(SIGN_IN_KEY);
  }

  static saveSignIn(signIn) {
    if (signIn) write(SIGN_IN_KEY, signIn);
    else sessionStorage.removeItem(SIGN_IN_KEY);
  }
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

/** False when the storage is full or switched off. */
function write(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
