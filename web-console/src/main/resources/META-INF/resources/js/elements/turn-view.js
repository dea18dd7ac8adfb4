import { UNANSWERED } from '../chat/turns.js';
import { copyButton, fill, h, icon, setText } from '../dom.js';
import { MarkdownView } from '../markdown/view.js';
import { explain } from '../text/errors.js';
import { duration, number, t } from '../text/index.js';
import { ToolCard } from './tool-card.js';

/** A question and its answer on screen. `actions` is {askAgain(turn), decide(turn, tool, approved), lookAgain()}. */
export class TurnView {
  #turn;
  #actions;
  #markdown = new MarkdownView();
  #cards = new Map();
  #question = h('div', { class: 'bubble', dir: 'auto', testid: 'question' });
  #sending = h('p', { class: 'meta', testid: 'message-state' });
  #tools = h('div', { class: 'tools' });
  #status = h('p', { class: 'status', testid: 'answer-status' });
  #failure = h('div', { class: 'failure-slot' });
  #facts = h('footer', { class: 'facts' });
  #answer;
  #drawnFailure = '';
  #drawnFacts = null;

  constructor(turn, actions) {
    this.#turn = turn;
    this.#actions = actions;
    this.#answer = h('article', { class: 'answer', 'aria-label': t('chat.assistant'), testid: 'answer' },
      this.#tools, this.#markdown.element, this.#status, this.#failure, this.#facts);
    this.#markdown.element.dataset.testid = 'answer-text';
    this.element = h('li', { class: 'turn', testid: 'turn' },
      h('article', { class: 'question', 'aria-label': t('chat.you') }, this.#question, this.#sending), this.#answer);
    this.update();
  }

  update() {
    const turn = this.#turn;
    this.element.dataset.state = turn.state;
    this.element.dataset.messageId = turn.messageId ?? '';
    this.#answer.setAttribute('aria-busy', String(UNANSWERED.has(turn.state) && turn.state !== 'missing'));
    setText(this.#question, turn.text ?? t(turn.textState ? 'chat.unreadable' : 'chat.elsewhere'));
    this.#question.classList.toggle('elsewhere', turn.text === null);
    setText(this.#sending, sendingText(turn));
    this.#markdown.update(turn.answer);
    this.#drawTools();
    this.#drawStatus();
    this.#drawFailure();
    this.#drawFacts();
    this.#answer.hidden = turn.state === 'queued' || turn.state === 'sent';
  }

  #drawTools() {
    for (const tool of this.#turn.tools) {
      let card = this.#cards.get(tool.callId);
      if (!card) {
        card = new ToolCard((approved) => this.#actions.decide(this.#turn, tool, approved));
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
    if (drawn === this.#drawnFailure) return;
    this.#drawnFailure = drawn;
    if (turn.state === 'missing') {
      fill(this.#failure, h('div', { class: 'notice', testid: 'missing' }, h('p', {}, t('chat.missing')),
        h('button', { type: 'button', class: 'link', on: { click: () => this.#actions.lookAgain() } }, icon('retry'), t('chat.missingAction'))));
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
        h('p', { class: 'muted' }, words.detail ? `${words.detail} · ` : '', t('error.code', { code: words.code })),
        words.askAgain && turn.text !== null
          ? h('button', { type: 'button', class: 'secondary', testid: 'ask-again', on: { click: () => this.#actions.askAgain(turn) } }, icon('retry'), t('chat.askAgain'))
          : null));
  }

  #drawFacts() {
    const turn = this.#turn;
    const over = turn.state === 'done' || turn.state === 'failed';
    if (this.#drawnFacts === over) return;
    this.#drawnFacts = over;
    if (!over || !turn.answer) {
      fill(this.#facts);
      return;
    }
    fill(this.#facts,
      copyButton(t('chat.copyAnswer'), () => turn.answer, 'copy-answer'),
      h('span', { testid: 'answer-usage' }, facts(turn).join(' · ')));
  }
}

function sendingText(turn) {
  switch (turn.state) {
    case 'queued': return t('chat.queued');
    case 'sent': return t('chat.sending');
    default: return turn.messageId && turn.text !== null ? `✓ ${t('chat.accepted')}` : '';
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

function facts(turn) {
  const result = turn.result ?? {};
  const parts = [];
  if (result.model) parts.push(result.model);
  if (Number.isFinite(result.tokens_output)) {
    parts.push(t('usage.answer', { input: number(result.tokens_input ?? 0), output: number(result.tokens_output) }));
  }
  if (result.tokens_cached > 0) parts.push(t('usage.cached', { cached: number(result.tokens_cached) }));
  if (result.cost) parts.push(t('usage.cost', { cost: result.cost }));
  if (turn.firstMs !== null) parts.push(t('usage.firstToken', { time: duration(turn.firstMs) }));
  if (turn.totalMs !== null) parts.push(t('usage.total', { time: duration(turn.totalMs) }));
  return parts;
}
