import { applyToTurn, newTurn } from '../../chat/turns.js';
import { fill, h, icon, setText } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { TurnView } from '../../elements/turn-view.js';
import { readEvents } from '../../net/event-stream.js';
import { duration, t } from '../../text/index.js';
import { Note } from '../frame.js';

const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 50];

/**
 * Plays a conversation again as its client saw it, from the record: the same frames at the same pace, or faster. What has come
 * is kept, so that going back needs nobody.
 */
export class ReplayPart {
  #api;
  #note;
  #conversation = null;
  #replay = null;
  #abort = null;
  #playing = false;
  #ended = false;
  /** What came: {at, frame}, in order. */
  #frames = [];
  #position = 0;
  #length = 0;
  #turns = new Map();
  #questions = new Map();
  #drawing = 0;
  #play = h('button', { type: 'button', class: 'round primary', testid: 'replay-play', on: { click: () => this.#toggle() } }, icon('play'));
  #speed = h('select', { testid: 'replay-speed' }, SPEEDS.map((speed) => h('option', { value: speed, selected: speed === 1 }, `${speed} ×`)));
  #scrub = h('input', { type: 'range', min: 0, max: 1, step: 1, value: 0, 'aria-label': t('replay.position'), testid: 'replay-position' });
  #time = h('span', { class: 'replay-time', testid: 'replay-time' });
  #state = h('span', { class: 'chip', role: 'status', testid: 'replay-state' });
  #list = h('ol', { class: 'transcript audit-transcript', testid: 'replay-transcript' });

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#speed.addEventListener('change', () => this.#control({ action: 'speed', speed: Number(this.#speed.value) }));
    this.#scrub.addEventListener('change', () => this.#seek(Number(this.#scrub.value)));
    this.#scrub.addEventListener('input', () => setText(this.#time, this.#timeText(Number(this.#scrub.value))));
    this.element = h('section', { class: 'part', 'aria-label': t('replay.title') },
      h('h2', {}, t('replay.title')), h('p', { class: 'hint part-hint' }, t('replay.hint')),
      h('div', { class: 'player', role: 'group', 'aria-label': t('replay.title') }, this.#play, this.#scrub, this.#time, labelled('replay-speed', t('replay.speed'), this.#speed), this.#state),
      this.#note.element, this.#list);
    this.element.addEventListener('part-hidden', () => this.#leave());
    this.#draw();
  }

  show([given]) {
    const conversation = decodeURIComponent(given ?? '');
    if (conversation === this.#conversation && this.#replay) return;
    this.#leave();
    this.#conversation = conversation;
    this.#begin();
  }

  /** Makes a replay and follows it. */
  #begin() {
    return this.#note.attempt(async () => {
      await this.#readQuestions();
      this.#replay = await this.#api.post('/api/audit/replays', { conversation_id: this.#conversation, mode: 'timing', speed: Number(this.#speed.value) });
      this.#frames = [];
      this.#position = 0;
      this.#ended = false;
      this.#playing = true;
      this.#follow();
    });
  }

  /** Frames carry answers; what was asked is in the record beside them. */
  async #readQuestions() {
    try {
      const { turns } = await this.#api.get(`/api/audit/conversations/${encodeURIComponent(this.#conversation)}`);
      this.#questions = new Map(turns.map((turn) => [turn.message_id, turn.text ?? null]));
      const ends = turns.map((turn) => Date.parse(turn.timing?.ended_at ?? turn.at));
      this.#length = turns.length > 0 ? Math.max(...ends) - Math.min(...turns.map((turn) => Date.parse(turn.at))) : 0;
    } catch {
      this.#questions = new Map();
    }
  }

  async #follow() {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const response = await this.#api.stream(this.#replay.stream, abort.signal);
      await readEvents(response.body, { onActivity: () => {}, onData: (data, id) => abort.signal.aborted || this.#take(data, Number(id)) });
      if (abort.signal.aborted) return;
      this.#ended = true;
      this.#playing = false;
      this.#draw();
    } catch (problem) {
      if (!abort.signal.aborted) this.#note.problem(problem);
    }
  }

  #take(data, at) {
    const frame = JSON.parse(data);
    const position = Number.isFinite(at) ? at : this.#position;
    // After a jump back the same frames come once more, from there on.
    if (this.#frames.length > 0 && position < this.#frames.at(-1).at) this.#frames = this.#frames.filter((known) => known.at < position);
    this.#frames.push({ at: position, frame });
    this.#position = position;
    this.#length = Math.max(this.#length, position);
    this.#apply(frame, position);
    this.#drawing ||= requestAnimationFrame(() => this.#draw());
  }

  #apply(frame, position) {
    if (typeof frame.message_id !== 'string') return;
    let turn = this.#turns.get(frame.message_id);
    if (!turn) {
      turn = newTurn({ messageId: frame.message_id, state: 'accepted', text: this.#questions.get(frame.message_id) ?? null, askedAt: position });
      this.#turns.set(frame.message_id, turn);
      turn.view = new TurnView(turn, {});
      this.#list.append(turn.view.element);
    }
    applyToTurn(turn, frame, position);
  }

  #draw() {
    this.#drawing = 0;
    for (const turn of this.#turns.values()) turn.view.update();
    this.#scrub.max = String(Math.max(1, this.#length));
    this.#scrub.value = String(this.#position);
    setText(this.#time, this.#timeText(this.#position));
    fill(this.#play, icon(this.#playing ? 'pause' : 'play'));
    this.#play.setAttribute('aria-label', t(this.#playing ? 'replay.pause' : 'replay.play'));
    setText(this.#state, t(this.#ended ? 'replay.ended' : this.#playing ? 'replay.playing' : 'replay.paused'));
  }

  #timeText(position) {
    return `${duration(position)} / ${duration(this.#length)}`;
  }

  async #toggle() {
    if (this.#ended) {
      this.#clear();
      await this.#begin();
      return;
    }
    this.#playing = !this.#playing;
    this.#draw();
    await this.#control({ action: this.#playing ? 'resume' : 'pause' });
  }

  /** Shows the state at that time from what came, and lets the server go on from there. */
  async #seek(position) {
    this.#clear();
    for (const { at, frame } of this.#frames) {
      if (at <= position) this.#apply(frame, at);
    }
    this.#position = position;
    this.#draw();
    if (!this.#ended) await this.#control({ action: 'seek', position_ms: position });
  }

  #clear() {
    this.#turns.clear();
    fill(this.#list);
  }

  #control(body) {
    if (!this.#replay || this.#ended) return Promise.resolve();
    return this.#note.attempt(() => this.#api.post(`/api/audit/replays/${this.#replay.replay_id}/control`, body), '');
  }

  #leave() {
    if (this.#replay && !this.#ended) this.#control({ action: 'cancel' });
    this.#abort?.abort();
    this.#replay = null;
    this.#conversation = null;
    this.#frames = [];
    this.#clear();
  }
}
