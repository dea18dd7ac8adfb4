import { fill, h, setText } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { FlowView } from '../../elements/flow-view.js';
import { BackOff } from '../../net/back-off.js';
import { readEvents } from '../../net/event-stream.js';
import { duration, knows, t } from '../../text/index.js';
import { Note } from '../frame.js';

/** Messages that are kept on screen. */
const MESSAGES_MAX = 60;
/** Shortest time between two drawings, in milliseconds. */
const DRAW_EVERY_MS = 200;

/** Checkpoints of everybody's messages as they happen: a line for each message, newest first. */
export class LiveFlowPart {
  #api;
  #note;
  #abort = null;
  #backOff = new BackOff();
  #messages = new Map();
  #timer = 0;
  #list = h('ol', { class: 'live-flow', testid: 'live-flow' });
  #user = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', testid: 'live-user' });
  #pause = h('button', { type: 'button', class: 'secondary', testid: 'live-pause', on: { click: () => this.#toggle() } }, t('live.pause'));
  #state = h('span', { class: 'chip', role: 'status', testid: 'live-state' });

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    const form = h('form', { class: 'toolbar' }, labelled('live-user', t('live.user'), this.#user), h('button', { type: 'submit', class: 'secondary' }, t('live.follow')), this.#pause, this.#state);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#messages.clear();
      this.#follow();
    });
    this.element = h('section', { class: 'part', 'aria-label': t('admin.live') }, h('p', { class: 'hint part-hint' }, t('live.hint')), form, this.#note.element, this.#list);
    this.element.addEventListener('part-hidden', () => this.#stop());
  }

  show() {
    if (!this.#abort) this.#follow();
  }

  #toggle() {
    if (this.#abort) this.#stop();
    else this.#follow();
  }

  #stop() {
    this.#abort?.abort();
    this.#abort = null;
    setText(this.#pause, t('live.go'));
    setText(this.#state, t('live.paused'));
  }

  async #follow() {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    setText(this.#pause, t('live.pause'));
    setText(this.#state, t('conn.connecting'));
    const user = this.#user.value.trim();
    while (!abort.signal.aborted) {
      try {
        const response = await this.#api.stream(`/api/audit/flows/stream${user ? `?user=${encodeURIComponent(user)}` : ''}`, abort.signal);
        setText(this.#state, t('live.following'));
        this.#note.say('');
        this.#backOff.reset();
        await readEvents(response.body, { onActivity: () => {}, onData: (data) => this.#take(data) });
      } catch (problem) {
        if (abort.signal.aborted) return;
        if (problem.status) this.#note.problem(problem);
        if (problem.status >= 400 && problem.status < 500) {
          this.#stop();
          return;
        }
      }
      setText(this.#state, t('conn.connecting'));
      await new Promise((resolve) => setTimeout(resolve, this.#backOff.next()));
    }
  }

  #take(data) {
    let step;
    try {
      step = JSON.parse(data);
    } catch {
      return;
    }
    if (!step?.message_id) return;
    const known = this.#messages.get(step.message_id) ?? { id: step.message_id, user: step.user ?? step.user_id, steps: [] };
    known.steps.push({
      name: step.name, service: step.service, status: step.status ?? 'ok', detail: step.detail ?? {},
      start: step.start ?? step.started_at, duration: step.duration ?? (step.duration_us ?? 0) / 1000,
    });
    this.#messages.set(step.message_id, known);
    if (this.#messages.size > MESSAGES_MAX) this.#messages.delete(this.#messages.keys().next().value);
    this.#timer ||= setTimeout(() => this.#draw(), DRAW_EVERY_MS);
  }

  #draw() {
    this.#timer = 0;
    fill(this.#list, [...this.#messages.values()].toReversed().map((message) => this.#line(message)));
  }

  #line(message) {
    const last = message.steps.at(-1);
    const starts = message.steps.map((step) => Date.parse(step.start));
    const ends = message.steps.map((step) => Date.parse(step.start) + Number(step.duration));
    const name = knows(`flow.step.${last.name}`) ? t(`flow.step.${last.name}`) : last.name.replaceAll('_', ' ');
    const body = h('div', {});
    const details = h('details', { open: message.open }, h('summary', {},
      h('span', { class: 'live-user', dir: 'auto' }, message.user ?? '–'), h('span', { class: `chip step-${last.status}` }, name),
      h('span', { class: 'spring' }), h('span', { class: 'muted' }, duration(Math.max(...ends) - Math.min(...starts)))), body);
    const draw = () => {
      message.open = details.open;
      if (!details.open) return;
      const flow = new FlowView();
      flow.draw(message.steps);
      fill(body, flow.element);
    };
    details.addEventListener('toggle', draw);
    draw();
    return h('li', { 'data-message-id': message.id }, details);
  }
}
