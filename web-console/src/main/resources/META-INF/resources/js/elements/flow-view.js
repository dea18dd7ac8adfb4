import { fill, h, icon, setText } from '../dom.js';
import { explain } from '../text/errors.js';
import { duration, knows, number, t } from '../text/index.js';

/** A gap between two steps of different services that is shown as waiting, in milliseconds. */
const GAP_MIN_MS = 0.5;
const LOOKS_MS = [0, 700, 1_500, 3_000];

/**
 * The way of one message: a line for each checkpoint, and between the services the time in which it only waited in the log.
 */
export class FlowView {
  #read;
  #look = 0;
  #note = h('p', { class: 'hint', role: 'status', testid: 'flow-note' });
  #sums = h('dl', { class: 'flow-sums' });
  #lines = h('ol', { class: 'flow-lines', testid: 'flow' });

  /** @param {(messageId: string) => Promise<{items: object[]}>} read */
  constructor(read) {
    this.#read = read;
    this.element = h('div', { class: 'flow' }, this.#sums, this.#lines, this.#note);
  }

  /** The record follows the answer by a moment, so that the last step may be looked for several times. */
  async show(messageId) {
    const look = ++this.#look;
    setText(this.#note, t('flow.reading'));
    fill(this.#lines);
    fill(this.#sums);
    for (const wait of LOOKS_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (look !== this.#look) return;
      try {
        const { items } = await this.#read(messageId);
        if (look !== this.#look) return;
        this.draw(items);
        if (items.some(({ name }) => name === 'done' || name === 'error')) return;
      } catch (problem) {
        if (look !== this.#look) return;
        const words = explain(problem);
        setText(this.#note, problem.status === 404 ? t('flow.notYet') : `${words.title} ${words.next}`);
        if (problem.status !== 404) return;
      }
    }
  }

  draw(steps) {
    const lines = linesOf(steps);
    if (lines.length === 0) {
      setText(this.#note, t('flow.notYet'));
      return;
    }
    setText(this.#note, '');
    const start = Math.min(...lines.map((line) => line.from));
    const whole = Math.max(0.001, Math.max(...lines.map((line) => line.to)) - start);
    const waited = lines.filter((line) => line.waiting).reduce((sum, line) => sum + line.to - line.from, 0);
    fill(this.#sums, sum('flow.whole', whole), sum('flow.worked', whole - waited, 'work'), sum('flow.waited', waited, 'wait'));
    fill(this.#lines, lines.map((line) => lineOf(line, start, whole)));
  }
}

function sum(key, ms, kind) {
  return h('div', {}, h('dt', {}, kind ? h('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' }) : null, t(key)), h('dd', {}, duration(ms)));
}

/** Steps in order of time, and the waits: from the latest end so far to the start of a step in another service. */
export function linesOf(steps) {
  const sorted = steps.map((step) => ({ ...step, from: micros(step.start), to: micros(step.start) + Number(step.duration) }))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const lines = [];
  let end = null;
  for (const step of sorted) {
    if (end && step.service !== end.service && step.from - end.at > GAP_MIN_MS) {
      lines.push({ waiting: true, from: end.at, to: step.from, name: `${end.service} → ${step.service}`, service: '', detail: {}, status: 'ok' });
    }
    lines.push(step);
    if (!end || step.to >= end.at || step.service !== end.service) end = { at: Math.max(step.to, end?.at ?? 0), service: step.service };
  }
  return lines;
}

/** Milliseconds with microseconds as fraction; Date alone keeps three digits. */
function micros(time) {
  const fraction = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? '';
  return Date.parse(time) + Number(fraction.padEnd(3, '0')) / 1000;
}

function lineOf(line, start, whole) {
  const from = ((line.from - start) / whole) * 100;
  const width = ((line.to - line.from) / whole) * 100;
  const moment = line.to - line.from < 0.001;
  const bar = h('span', { class: `flow-bar ${line.waiting ? 'wait' : moment ? 'moment' : 'work'}` });
  // Set through the CSS object model, which the policy against inline styles does not concern.
  bar.style.insetInlineStart = `${Math.min(from, 99.6)}%`;
  bar.style.inlineSize = `${Math.max(width, 0.4)}%`;
  const label = knows(`flow.step.${line.name}`) ? t(`flow.step.${line.name}`) : line.name.replaceAll('_', ' ');
  const details = Object.entries(line.detail ?? {});
  return h('li', { class: 'flow-line', 'data-name': line.waiting ? 'waiting' : line.name, 'data-status': line.status },
    h('div', { class: 'flow-label' },
      h('span', { class: 'flow-name' }, line.waiting ? t('flow.waiting') : label,
        line.status !== 'ok' ? [' ', h('strong', { class: 'flow-status' }, icon('alert'), t(`flow.status.${line.status === 'refused' ? 'refused' : 'error'}`))] : null),
      h('span', { class: 'flow-time' }, moment ? t('flow.at', { time: duration(line.from - start) }) : duration(line.to - line.from))),
    h('div', { class: 'flow-track', 'aria-hidden': 'true' }, bar),
    h('p', { class: 'flow-facts' }, h('span', { class: 'flow-service' }, line.waiting ? line.name : line.service),
      details.map(([name, value]) => h('span', {}, `${name.replaceAll('_', ' ')}: ${readable(value)}`))));
}

/** Numbers, also those of `used/max`, as a person writes them. */
function readable(value) {
  return /^\d+(?:\/\d+)?$/.test(value) ? String(value).split('/').map((part) => number(Number(part))).join(' / ') : value;
}
