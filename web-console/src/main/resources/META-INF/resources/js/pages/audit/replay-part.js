import { applyToTurn, newTurn } from '../../chat/turns.js';
import { fill, h, icon, setText } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { TurnView } from '../../elements/turn-view.js';
import { readEvents } from '../../net/event-stream.js';
import { duration, t } from '../../text/index.js';
import { Note } from '../frame.js';

const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 50];
/** Longest silence that is kept where silences are shortened. */
const SILENCE_MAX_MS = 2_000;

/**
 * Plays a conversation again as its client saw it, from the record: the same frames at the same pace, or at another. The
 * frames are fetched as fast as they come and played here, so that a pause holds at once and a jump, in either direction,
 * leaves nothing out.
 */
export class ReplayPart {
  #api;
  #note;
  #conversation = null;
  #abort = null;
  #playing = false;
  /** What came: {at, frame}, in order; those before `#next` are on screen. */
  #frames = [];
  #next = 0;
  #whole = false;
  #position = 0;
  #length = 0;
  #turns = new Map();
  #questions = new Map();
  #drawing = 0;
  #movedAt = 0;
  #play = h('button', { type: 'button', class: 'round primary', testid: 'replay-play', on: { click: () => this.#toggle() } }, icon('play'));
  #speed = h('select', { testid: 'replay-speed' }, SPEEDS.map((speed) => h('option', { value: speed, selected: speed === 1 }, `${speed} ×`)));
  #shorten = h('input', { type: 'checkbox', testid: 'replay-shorten' });
  #scrub = h('input', { type: 'range', min: 0, max: 1, step: 1, value: 0, 'aria-label': t('replay.position'), testid: 'replay-position' });
  #time = h('span', { class: 'replay-time', testid: 'replay-time' });
  #state = h('span', { class: 'chip', role: 'status', testid: 'replay-state' });
  #list = h('ol', { class: 'transcript audit-transcript', testid: 'replay-transcript' });

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#scrub.addEventListener('input', () => this.#seek(Number(this.#scrub.value)));
    this.element = h('section', { class: 'part', 'aria-label': t('replay.title') },
      h('h2', {}, t('replay.title')), h('p', { class: 'hint part-hint' }, t('replay.hint')),
      h('div', { class: 'player', role: 'group', 'aria-label': t('replay.title') }, this.#play, this.#scrub, this.#time, labelled('replay-speed', t('replay.speed'), this.#speed),
        labelled('replay-shorten', t('replay.shorten', { seconds: SILENCE_MAX_MS / 1000 }), this.#shorten), this.#state),
      this.#note.element, this.#list);
    this.element.addEventListener('part-hidden', () => this.#leave());
    this.#draw();
  }

  show([given]) {
    const conversation = decodeURIComponent(given ?? '');
    if (conversation === this.#conversation) return;
    this.#leave();
    this.#conversation = conversation;
    this.#begin();
  }

  #begin() {
    return this.#note.attempt(async () => {
      const abort = new AbortController();
      this.#abort = abort;
      await this.#readQuestions();
      const { stream } = await this.#api.post('/api/audit/replays', { conversation_id: this.#conversation, mode: 'timing', speed: 0 });
      if (abort.signal.aborted) return;
      this.#start();
      const response = await this.#api.stream(stream, abort.signal);
      await readEvents(response.body, { onActivity: () => {}, onData: (data, id) => abort.signal.aborted || this.#take(data, Number(id)) });
      if (abort.signal.aborted) return;
      this.#whole = true;
      this.#length = this.#frames.at(-1)?.at ?? 0;
    });
  }

  /** Frames carry answers; what was asked is in the record beside them. */
  async #readQuestions() {
    try {
      const { turns } = await this.#api.get(`/api/audit/conversations/${encodeURIComponent(this.#conversation)}`);
      this.#questions = new Map(turns.map((turn) => [turn.message_id, turn.text ?? null]));
    } catch {
      this.#questions = new Map();
    }
  }

  #take(data, id) {
    const at = Number.isFinite(id) ? id : this.#frames.at(-1)?.at ?? 0;
    this.#frames.push({ at, frame: JSON.parse(data) });
    this.#length = Math.max(this.#length, at);
  }

  get #ended() {
    return this.#whole && this.#next === this.#frames.length;
  }

  #start() {
    this.#playing = true;
    this.#movedAt = performance.now();
    this.#drawing ||= requestAnimationFrame((now) => this.#move(now));
  }

  /** Time passes for the replay as it did for the client, times the speed; it waits for frames that have not come yet. */
  #move(now) {
    this.#drawing = 0;
    if (!this.#playing) return;
    const last = this.#frames.at(-1)?.at ?? 0;
    this.#position = Math.min(this.#position + Math.max(0, now - this.#movedAt) * Number(this.#speed.value), last);
    this.#movedAt = now;
    if (this.#shorten.checked && this.#next < this.#frames.length) {
      this.#position = Math.max(this.#position, this.#frames[this.#next].at - SILENCE_MAX_MS);
    }
    this.#applyDue();
    if (this.#ended) this.#playing = false;
    else this.#drawing = requestAnimationFrame((then) => this.#move(then));
    this.#draw();
  }

  #applyDue() {
    while (this.#next < this.#frames.length && this.#frames[this.#next].at <= this.#position) {
      const { at, frame } = this.#frames[this.#next++];
      this.#apply(frame, at);
    }
  }

  #apply(frame, position) {
    if (typeof frame.message_id !== 'string') return;
    let turn = this.#turns.get(frame.message_id);
    if (!turn) {
      turn = newTurn({ messageId: frame.message_id, state: 'accepted', text: this.#questions.get(frame.message_id) ?? null, askedAt: position });
      this.#turns.set(frame.message_id, turn);
    }
    applyToTurn(turn, frame, position);
    turn.isDrawn = false;
  }

  #draw() {
    for (const turn of this.#turns.values()) {
      if (turn.isDrawn) continue;
      turn.isDrawn = true;
      if (turn.view) {
        turn.view.update();
      } else {
        turn.view = new TurnView(turn, { redraw: () => turn.view.update() });
        this.#list.append(turn.view.element);
      }
    }
    this.#scrub.max = String(Math.max(1, this.#length));
    this.#scrub.value = String(this.#position);
    setText(this.#time, `${duration(this.#position)} / ${duration(this.#length)}`);
    const label = t(this.#playing ? 'replay.pause' : 'replay.play');
    if (this.#play.getAttribute('aria-label') !== label) {
      fill(this.#play, icon(this.#playing ? 'pause' : 'play'));
      this.#play.setAttribute('aria-label', label);
    }
    setText(this.#state, t(this.#ended ? 'replay.ended' : this.#playing ? 'replay.playing' : 'replay.paused'));
  }

  #toggle() {
    if (!this.#playing) {
      if (this.#ended) this.#seek(0);
      this.#start();
    } else {
      this.#playing = false;
    }
    this.#draw();
  }

  /** Shows the state at that time, and goes on from there if it was going on. */
  #seek(position) {
    if (position < this.#position) this.#clear();
    this.#position = position;
    this.#applyDue();
    if (this.#ended) this.#playing = false;
    this.#draw();
  }

  #clear() {
    this.#turns.clear();
    this.#next = 0;
    fill(this.#list);
  }

  #leave() {
    this.#abort?.abort();
    this.#conversation = null;
    this.#playing = false;
    this.#frames = [];
    this.#whole = false;
    this.#position = 0;
    this.#length = 0;
    this.#clear();
  }
}
