/** Shortest time between two notes about a turn that grows, in milliseconds. */
const NOTE_EVERY_MS = 150;

/**
 * What the tabs of one browser tell one another: how turns stand (so that a second tab shows the same conversation as it
 * grows, in its own session), which sessions are held (a duplicated tab must not take its original's away), the sign-in
 * (a new tab need not ask again) and its end.
 *
 * Fires `turn` ({turn, parentMessageId}), `signed-out`, `session-asked` and `sign-in-asked`.
 */
export class TabLink extends EventTarget {
  #channel = new BroadcastChannel('parley');
  #tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
  #noted = new Map();
  #timer = 0;
  #pending = new Map();
  /** What is answered to others: {session, signIn}. */
  holds = () => ({ session: null, signIn: null });

  constructor() {
    super();
    this.#channel.onmessage = ({ data }) => this.#hear(data);
  }

  /** Whether another tab holds this session; silence means no. */
  isHeldElsewhere(session, waitMs = 150) {
    return this.#ask({ kind: 'who-holds', session }, 'held', waitMs).then(Boolean);
  }

  /** Another tab's sign-in, or null. */
  signInOfOthers(waitMs = 200) {
    return this.#ask({ kind: 'sign-in?' }, 'sign-in', waitMs).then((answer) => answer?.signIn ?? null);
  }

  signOut() {
    this.#say({ kind: 'signed-out' });
  }

  /** Tells how a turn stands, at most so often; its end at once. */
  note(turn, parentMessageId) {
    this.#pending.set(turn.id, { turn, parentMessageId });
    if (turn.state === 'done' || turn.state === 'failed') this.#flush();
    else this.#timer ||= setTimeout(() => this.#flush(), NOTE_EVERY_MS);
  }

  #flush() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    for (const note of this.#pending.values()) this.#say({ kind: 'turn', ...note });
    this.#pending.clear();
  }

  #ask(question, answerKind, waitMs) {
    return new Promise((resolve) => {
      const id = `${this.#tab}-${performance.now()}`;
      const done = (answer) => {
        clearTimeout(timer);
        this.#noted.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => done(null), waitMs);
      this.#noted.set(id, { answerKind, done });
      this.#say({ ...question, id });
    });
  }

  #hear(data) {
    if (!data || data.tab === this.#tab) return;
    switch (data.kind) {
      case 'turn':
        this.dispatchEvent(new CustomEvent('turn', { detail: data }));
        break;
      case 'signed-out':
        this.dispatchEvent(new CustomEvent('signed-out'));
        break;
      case 'who-holds':
        if (this.holds().session === data.session) this.#say({ kind: 'held', id: data.id });
        break;
      case 'sign-in?':
        if (this.holds().signIn) this.#say({ kind: 'sign-in', id: data.id, signIn: this.holds().signIn });
        break;
      default: {
        const asked = this.#noted.get(data.id);
        if (asked?.answerKind === data.kind) asked.done(data);
      }
    }
  }

  #say(message) {
    this.#channel.postMessage({ ...message, tab: this.#tab });
  }
}
