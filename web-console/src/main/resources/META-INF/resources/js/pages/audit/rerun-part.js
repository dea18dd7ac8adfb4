import { fill, h, icon } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { duration, money, number, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { shown, tableOf } from '../table.js';

const LOOK_EVERY_MS = 1_000;

/** Asks a conversation's questions again, of the same or another model, and sets both answers side by side. */
export class RerunPart {
  #api;
  #note;
  #conversation = null;
  #look = 0;
  #model = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', dir: 'ltr', testid: 'rerun-model' });
  #state = h('p', { role: 'status', testid: 'rerun-state' });
  #result = h('div', { class: 'rerun', testid: 'rerun-result' });

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    const form = h('form', { class: 'toolbar' }, labelled('rerun-model', t('rerun.model'), this.#model, t('rerun.modelHint')),
      h('button', { type: 'submit', class: 'primary', testid: 'rerun-start' }, icon('retry'), t('rerun.start')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#start();
    });
    this.element = h('section', { class: 'part', 'aria-label': t('rerun.title') }, h('h2', {}, t('rerun.title')), h('p', { class: 'hint part-hint' }, t('rerun.hint')),
      form, this.#note.element, this.#state, this.#result);
    this.element.addEventListener('part-hidden', () => {
      this.#look++;
    });
  }

  show([given]) {
    const conversation = decodeURIComponent(given ?? '');
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    fill(this.#result);
    fill(this.#state);
  }

  #start() {
    return this.#note.attempt(async () => {
      fill(this.#result);
      const model = this.#model.value.trim() || undefined;
      const { replay_id: id } = await this.#api.post('/api/audit/replays', { conversation_id: this.#conversation, mode: 'rerun', model });
      await this.#await(id);
    }, t('rerun.running'));
  }

  async #await(id) {
    const look = ++this.#look;
    for (;;) {
      const replay = await this.#api.get(`/api/audit/replays/${encodeURIComponent(id)}`);
      if (look !== this.#look) return;
      fill(this.#state, h('span', { class: 'chip' }, String(replay.state)), ' ',
        replay.derived_conversation_id ? h('a', { href: `#/audit/conversation/${encodeURIComponent(replay.derived_conversation_id)}` }, t('rerun.derived')) : null);
      this.#draw(replay.diff);
      if (replay.state !== 'running' && replay.state !== 'paused') {
        this.#note.say(replay.error ?? '');
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  #draw(diff) {
    if (!diff || diff.answers.length === 0) return;
    fill(this.#result, h('p', { class: 'hint' }, t('rerun.answered', { answered: number(diff.answered), questions: number(diff.questions) })),
      diff.answers.map((answer) => this.#pair(answer)));
  }

  #pair({ number: place, state, original, rerun, difference }) {
    const [before, after] = piecesOf(original?.text ?? '', rerun?.text ?? '', difference);
    const rows = FIGURES.filter((name) => isGiven(original?.[name]) || isGiven(rerun?.[name]));
    return h('section', { class: 'pair', testid: 'rerun-pair' },
      h('h3', {}, t('rerun.answer', { number: number(place + 1) }), ' ',
        difference ? h('span', { class: 'chip' }, difference.same_text ? t('rerun.same') : t('rerun.similar', { percent: number(Math.round(difference.similarity * 100)) })) : h('span', { class: 'chip' }, state)),
      h('div', { class: 'side-by-side' },
        h('div', { class: 'side-text' }, h('h4', {}, t('rerun.original')), h('p', { dir: 'auto', class: 'diff-text' }, before)),
        h('div', { class: 'side-text' }, h('h4', {}, t('rerun.now')), h('p', { dir: 'auto', class: 'diff-text' }, after))),
      rows.length === 0 ? null : tableOf(t('rerun.figures'), [
        { label: t('field.field'), value: (name) => t(`rerun.${name}`) },
        { label: t('rerun.original'), numeric: true, value: (name) => figure(name, original?.[name]) },
        { label: t('rerun.now'), numeric: true, value: (name) => figure(name, rerun?.[name]) },
      ], rows));
  }
}

const FIGURES = ['model', 'tools', 'tokens_input', 'tokens_output', 'cost', 'first_token_ms', 'latency_ms', 'finish_reason', 'code'];

const isGiven = (value) => value !== undefined && value !== null && value.length !== 0;

/** Both texts with what differs marked; without pieces the texts are too long to compare and stand as they are. */
function piecesOf(before, after, difference) {
  const pieces = difference?.text;
  if (!pieces) return [[before], [after]];
  const side = (own, tag) => pieces.filter(({ op }) => op === 'equal' || op === own).map(({ op, text }) => (op === 'equal' ? text : h(tag, {}, text)));
  return [side('delete', 'del'), side('insert', 'ins')];
}

function figure(name, value) {
  if (value === null || value === undefined) return '–';
  if (name === 'cost') return money(value);
  if (name.endsWith('_ms')) return duration(value);
  return shown(value);
}
