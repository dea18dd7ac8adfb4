import { turnsOf } from '../../chat/history-turns.js';
import { TurnTree } from '../../chat/tree.js';
import { copyButton, fill, h, icon, saveAs } from '../../dom.js';
import { FlowView } from '../../elements/flow-view.js';
import { TurnView } from '../../elements/turn-view.js';
import { clock, money, number, t } from '../../text/index.js';
import { Note } from '../frame.js';

/** One conversation of anybody: its turns with their branches, the way of each message, and the proof of its chain. */
export class ConversationPart {
  #api;
  #note;
  #tree = new TurnTree();
  #head = h('div', { class: 'audit-head' });
  #verdict = h('div', { testid: 'verdict' });
  #list = h('ol', { class: 'transcript audit-transcript', testid: 'audit-transcript' });
  #flow;
  #dialog;

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    this.#flow = new FlowView((id) => this.#api.flow(id));
    this.#dialog = h('dialog', { class: 'drawer', 'aria-label': t('flow.title'), testid: 'flow-dialog' },
      h('header', { class: 'drawer-head' }, h('h2', {}, t('flow.title')),
        h('button', { type: 'button', class: 'icon-button', 'aria-label': t('form.close'), testid: 'flow-close', on: { click: () => this.#dialog.close() } }, icon('close'))),
      h('p', { class: 'hint' }, t('flow.hint')), this.#flow.element);
    this.element = h('section', { class: 'part', 'aria-label': t('audit.conversation') },
      h('p', {}, h('a', { href: '#/audit/search' }, t('audit.back'))), this.#head, this.#note.element, this.#verdict, this.#list, this.#dialog);
  }

  show([given]) {
    const id = decodeURIComponent(given ?? '');
    fill(this.#verdict);
    fill(this.#head);
    fill(this.#list);
    return this.#note.attempt(async () => {
      const conversation = await this.#api.get(`/api/audit/conversations/${encodeURIComponent(id)}`);
      this.#tree = new TurnTree(turnsOf(conversation));
      this.#drawHead(id, conversation);
      this.#drawTurns();
    });
  }

  #drawHead(id, conversation) {
    const usage = conversation.usage ?? {};
    const fact = (label, value) => h('div', {}, h('dt', {}, label), h('dd', {}, value ?? '–'));
    const go = (href, name, glyph, testid) => h('a', { class: 'secondary', href, testid }, icon(glyph), name);
    fill(this.#head,
      h('h2', { dir: 'auto' }, conversation.title || t('history.untitled')),
      h('dl', { class: 'facts-list' },
        fact(t('filter.user'), conversation.user), fact(t('filter.team'), conversation.team), fact(t('filter.role'), conversation.role),
        fact(t('audit.begun'), clock(conversation.created_at)), fact(t('audit.links'), number(conversation.links ?? 0)),
        fact(t('audit.tokens'), number((usage.tokens_input ?? 0) + (usage.tokens_output ?? 0))), fact(t('audit.cost'), usage.cost ? money(usage.cost) : null),
        fact(t('conn.conversation'), h('span', { class: 'mono' }, id, copyButton(t('conn.copyConversation'), () => id)))),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'primary', testid: 'verify', on: { click: () => this.#verify(id) } }, icon('shield'), t('verify.action')),
        go(`#/audit/replay/${encodeURIComponent(id)}`, t('replay.action'), 'play', 'to-replay'),
        go(`#/audit/rerun/${encodeURIComponent(id)}`, t('rerun.action'), 'retry', 'to-rerun')));
  }

  #drawTurns() {
    const actions = {
      siblings: (turn) => this.#tree.siblings(turn),
      choose: (turn) => {
        this.#tree.choose(turn);
        this.#drawTurns();
      },
      showFlow: (turn) => {
        this.#flow.show(turn.messageId);
        this.#dialog.showModal();
      },
    };
    fill(this.#list, this.#tree.path.map((turn) => new TurnView(turn, actions).element));
  }

  #verify(id) {
    return this.#note.attempt(async () => {
      const verdict = await this.#api.get(`/api/audit/conversations/${encodeURIComponent(id)}/verify`);
      fill(this.#verdict, verdictOf(verdict, () => saveAs(new Blob([JSON.stringify(verdict, null, 2)], { type: 'application/json' }), `verdict-${id}.json`)));
    });
  }
}

/** What the check of a chain found, and what that means. */
function verdictOf(verdict, save) {
  const broken = verdict.first_broken;
  const others = Object.entries(verdict).filter(([name, value]) => !['ok', 'links', 'head_hash', 'first_broken', 'conversation_id'].includes(name) && value !== null);
  return h('div', { class: `verdict ${verdict.ok ? 'good' : 'bad'}`, role: 'status' },
    icon(verdict.ok ? 'check' : 'alert'),
    h('div', {},
      h('h3', {}, t(verdict.ok ? 'verify.ok' : 'verify.broken')),
      h('p', {}, verdict.ok ? t('verify.okText', { links: number(verdict.links ?? 0) }) : t('verify.brokenText', { links: number(verdict.links ?? 0), ordinal: broken?.ordinal ?? '?' })),
      broken ? h('p', {}, t(`verify.reason.${broken.reason}`)) : null,
      verdict.head_hash ? h('p', { class: 'mono hash' }, `${t('verify.head')}: ${verdict.head_hash}`, copyButton(t('verify.copy'), () => verdict.head_hash)) : null,
      others.length > 0 ? h('p', { class: 'mono hash' }, others.map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(' · ')) : null,
      h('p', { class: 'hint' }, t('verify.hint')),
      h('button', { type: 'button', class: 'link', testid: 'verdict-save', on: { click: save } }, icon('download'), t('verify.save'))));
}
