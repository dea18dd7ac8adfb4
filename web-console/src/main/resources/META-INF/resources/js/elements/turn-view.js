import { UNANSWERED } from '../chat/turns.js';
import { copyButton, fill, h, icon, iconButton, setText } from '../dom.js';
import { MarkdownView } from '../markdown/view.js';
import { explain } from '../text/errors.js';
import { clock, duration, money, number, t } from '../text/index.js';
import { ToolCard } from './tool-card.js';

/** A growing answer is drawn again after this many times what the last drawing took, so that the page stays responsive. */
const REST_FACTOR = 3;

/**
 * A question and its answer on screen. `actions`, each of which may be absent: askAgain(turn), decide(turn, tool, approved),
 * lookAgain(), regenerate(turn), edit(turn, text), choose(turn), siblings(turn), showFlow(turn), redraw(turn).
 */
export class TurnView {
  #turn;
  #actions;
  #markdown = new MarkdownView();
  #cards = new Map();
  #question = h('div', { class: 'bubble', dir: 'auto', testid: 'question' });
  #questionTools = h('div', { class: 'question-tools' });
  #sending = h('p', { class: 'meta', testid: 'message-state' });
  #tools = h('div', { class: 'tools' });
  #status = h('p', { class: 'status', testid: 'answer-status' });
  #failure = h('div', { class: 'failure-slot' });
  #facts = h('footer', { class: 'facts' });
  #answer;
  #asked;
  #drawn = { failure: '', facts: '', question: '' };
  #restUntil = 0;
  #rest = 0;

  constructor(turn, actions) {
    this.#turn = turn;
    this.#actions = actions;
    this.#answer = h('article', { class: 'answer', 'aria-label': t('chat.assistant'), testid: 'answer' },
      this.#tools, this.#markdown.element, this.#status, this.#failure, this.#facts);
    this.#asked = h('article', { class: 'question', 'aria-label': t('chat.you') }, this.#question, this.#sending, this.#questionTools);
    this.#markdown.element.dataset.testid = 'answer-text';
    this.element = h('li', { class: 'turn', testid: 'turn' }, this.#asked, this.#answer);
    this.update();
  }

  update() {
    const turn = this.#turn;
    this.element.dataset.state = turn.state;
    this.element.dataset.messageId = turn.messageId ?? '';
    this.#answer.setAttribute('aria-busy', String(UNANSWERED.has(turn.state) && turn.state !== 'missing'));
    this.#drawQuestion();
    setText(this.#sending, sendingText(turn));
    this.#drawText();
    this.#drawTools();
    this.#drawStatus();
    this.#drawFailure();
    this.#drawFacts();
    this.#answer.hidden = turn.state === 'queued' || turn.state === 'sent';
  }

  #drawQuestion() {
    const turn = this.#turn;
    const siblings = this.#actions.siblings?.(turn) ?? [turn];
    const drawn = JSON.stringify([turn.text, turn.textState, turn.state, siblings.map(({ id }) => id), Boolean(turn.messageId)]);
    if (drawn === this.#drawn.question || this.#asked.querySelector('form')) return;
    this.#drawn.question = drawn;
    setText(this.#question, turn.text ?? t(absence(turn.textState)));
    this.#question.classList.toggle('elsewhere', turn.text === null);
    const idle = !UNANSWERED.has(turn.state);
    fill(this.#questionTools,
      siblings.length > 1 ? this.#branches(siblings) : null,
      turn.text === null ? null : copyButton(t('chat.copyQuestion'), () => turn.text, 'copy-question'),
      this.#actions.edit && turn.text !== null && turn.messageId && idle
        ? iconButton('edit', t('chat.edit'), 'edit', () => this.#startEdit()) : null);
  }

  #branches(siblings) {
    const at = siblings.indexOf(this.#turn);
    const step = (name, label, testid, to) => iconButton(name, label, testid, () => this.#actions.choose(siblings[to]), { disabled: !siblings[to] });
    return h('span', { class: 'branches', role: 'group', 'aria-label': t('chat.branches'), testid: 'branches' },
      step('left', t('chat.branchBefore'), 'branch-before', at - 1),
      h('span', { testid: 'branch' }, `${at + 1} / ${siblings.length}`),
      step('right', t('chat.branchAfter'), 'branch-after', at + 1));
  }

  #startEdit() {
    const text = h('textarea', { class: 'edit-text', rows: 3, dir: 'auto', 'aria-label': t('chat.edit'), testid: 'edit-text', value: this.#turn.text });
    const form = h('form', { class: 'edit-form' }, text, h('div', { class: 'row end' },
      h('button', { type: 'button', class: 'secondary', testid: 'edit-cancel', on: { click: () => close() } }, t('form.cancel')),
      h('button', { type: 'submit', class: 'primary', testid: 'edit-send' }, t('chat.editSend'))));
    const close = () => {
      form.replaceWith(this.#question);
      this.#questionTools.hidden = false;
      this.#questionTools.querySelector('[data-testid=edit]')?.focus();
    };
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const edited = text.value;
      close();
      if (edited.trim() !== '' && edited !== this.#turn.text) this.#actions.edit(this.#turn, edited);
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
    });
    this.#question.replaceWith(form);
    this.#questionTools.hidden = true;
    text.focus();
  }

  /** A text that takes long to draw is drawn less often. */
  #drawText() {
    const turn = this.#turn;
    const finished = !UNANSWERED.has(turn.state);
    const now = performance.now();
    if (!finished && now < this.#restUntil) {
      this.#rest ||= setTimeout(() => {
        this.#rest = 0;
        this.#actions.redraw?.(turn);
      }, this.#restUntil - now);
      return;
    }
    this.#markdown.update(turn.answer, { finished });
    const took = performance.now() - now;
    this.#restUntil = took > 6 ? now + took * REST_FACTOR : 0;
  }

  #drawTools() {
    for (const tool of this.#turn.tools) {
      let card = this.#cards.get(tool.callId);
      if (!card) {
        card = new ToolCard(this.#actions.decide ? (approved) => this.#actions.decide(this.#turn, tool, approved) : null);
        this.#cards.set(tool.callId, card);
        this.#tools.append(card.element);
      }
      card.update(tool);
    }
  }

  #drawStatus() {
    const turn = this.#turn;
    const text = statusText(turn);
    setText(this.#status, text);
    this.#status.hidden = text === '';
    this.#status.classList.toggle('pulse', turn.state === 'accepted' || (turn.stopping && UNANSWERED.has(turn.state)));
  }

  #drawFailure() {
    const turn = this.#turn;
    const drawn = JSON.stringify([turn.state, turn.error]);
    if (drawn === this.#drawn.failure) return;
    this.#drawn.failure = drawn;
    if (turn.state === 'missing') {
      fill(this.#failure, h('div', { class: 'notice', testid: 'missing' }, h('p', {}, t('chat.missing')),
        this.#actions.lookAgain ? h('button', { type: 'button', class: 'link', on: { click: () => this.#actions.lookAgain() } }, icon('retry'), t('chat.missingAction')) : null));
    } else if (turn.error) {
      fill(this.#failure, this.#failureOf(explain(turn.error)));
    } else {
      fill(this.#failure);
    }
  }

  #failureOf(words) {
    const turn = this.#turn;
    return h('div', { class: 'notice bad', testid: 'error', 'data-code': words.code },
      icon('alert'),
      h('div', {},
        h('p', { class: 'notice-title' }, words.title),
        h('p', {}, [words.limit, words.next].filter(Boolean).join(' ')),
        turn.error.partial && turn.answer ? h('p', {}, t('chat.partial')) : null,
        h('p', { class: 'muted', dir: 'auto' }, words.detail ? `${words.detail} · ` : '', t('error.code', { code: words.code })),
        words.askAgain && turn.text !== null && this.#actions.askAgain
          ? h('button', { type: 'button', class: 'secondary', testid: 'ask-again', on: { click: () => this.#actions.askAgain(turn) } }, icon('retry'), t('chat.askAgain'))
          : null));
  }

  #drawFacts() {
    const turn = this.#turn;
    const over = turn.state === 'done' || turn.state === 'failed';
    const drawn = JSON.stringify([over, turn.answer.length > 0, turn.result, turn.messageId]);
    if (this.#drawn.facts === drawn) return;
    this.#drawn.facts = drawn;
    if (!over || !turn.messageId) {
      fill(this.#facts);
      return;
    }
    fill(this.#facts,
      turn.answer ? copyButton(t('chat.copyAnswer'), () => turn.answer, 'copy-answer') : null,
      this.#actions.regenerate && turn.text !== null && !turn.refused
        ? iconButton('retry', t('chat.regenerate'), 'regenerate', () => this.#actions.regenerate(turn)) : null,
      this.#actions.showFlow ? iconButton('flow', t('chat.showFlow'), 'show-flow', () => this.#actions.showFlow(turn)) : null,
      h('span', { class: 'fact-text', testid: 'answer-usage', title: facts(turn, true).join(' · ') }, facts(turn, false).join(' · ')));
  }
}

/** Why a question has no text, as a name of the message catalogue. */
function absence(textState) {
  switch (textState) {
    case null: return 'chat.elsewhere';
    case 'withheld': return 'chat.withheld';
    default: return 'chat.unreadable';
  }
}

function sendingText(turn) {
  switch (turn.state) {
    case 'queued': return t('chat.queued');
    case 'sent': return t('chat.sending');
    case 'accepted': return turn.text !== null ? `✓ ${t('chat.accepted')}` : '';
    default: return turn.mirrored && UNANSWERED.has(turn.state) ? t('chat.inOtherTab') : '';
  }
}

function statusText(turn) {
  const parts = [];
  if (turn.restarts > 0) parts.push(t('chat.restarted', { times: turn.restarts }));
  if (turn.stopping && UNANSWERED.has(turn.state)) parts.push(t('chat.stopping'));
  else if (turn.state === 'accepted' && !asked(turn)) parts.push(t('chat.thinking'));
  else if (turn.result?.finish_reason === 'stopped') parts.push(t('chat.stopped'));
  else if (turn.result?.finish_reason === 'length') parts.push(t('chat.cut'));
  return parts.join(' ');
}

function asked(turn) {
  return turn.tools.some((tool) => tool.status === 'waiting');
}

/** What an answer cost and how long it took; `whole` says it all. */
function facts(turn, whole) {
  const result = turn.result ?? {};
  const parts = [];
  if (result.model) parts.push(result.model);
  if (Number.isFinite(result.tokens_output)) {
    parts.push(t('usage.answer', { input: number(result.tokens_input ?? 0), output: number(result.tokens_output) }));
  }
  if (result.tokens_cached > 0) parts.push(t('usage.cached', { cached: number(result.tokens_cached) }));
  if (result.cost) parts.push(t('usage.cost', { cost: money(result.cost) }));
  if (whole && turn.firstMs !== null) parts.push(t('usage.firstToken', { time: duration(turn.firstMs) }));
  if (turn.totalMs !== null) parts.push(whole ? t('usage.total', { time: duration(turn.totalMs) }) : duration(turn.totalMs));
  if (whole) parts.push(clock(turn.askedAt));
  return parts;
}
