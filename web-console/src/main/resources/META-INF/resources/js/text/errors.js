import { clock, knows, number, t } from './index.js';

/** Codes after which asking the same thing again, unchanged, can help at some time. */
const ASK_AGAIN = new Set([
  'rate_limited', 'concurrency_limit', 'budget_exhausted', 'overloaded', 'unavailable', 'upstream_error',
  'upstream_timeout', 'upstream_incomplete', 'worker_lost', 'deadline_exceeded', 'internal', 'model_not_allowed', 'offline',
]);

/**
 * An error frame or a Problem in plain words: what happened, what to do, and the detail that an administrator needs.
 *
 * @returns {{code: string, title: string, next: string, detail: string|null, limit: string|null, askAgain: boolean}}
 */
export function explain({ code, error, detail, retryable, retry_after_s: frameWait, retryAfterS, limit }) {
  const known = knows(`error.${code}.title`) ? code : 'unknown';
  const values = {
    seconds: frameWait ?? retryAfterS ?? 0,
    when: limit?.resets_at ? clock(limit.resets_at) : '',
  };
  return {
    code: code ?? 'unknown',
    title: t(`error.${known}.title`),
    next: t(`error.${known}.next`, values),
    detail: error ?? detail ?? null,
    limit: limit ? limitText(limit) : null,
    askAgain: known === 'unknown' ? Boolean(retryable) : ASK_AGAIN.has(known),
  };
}

export function limitName(name) {
  return knows(`limit.${name}`) ? t(`limit.${name}`) : name.replaceAll('_', ' ');
}

/** The name of a limit as a rule: for a day, not today. */
export function ruleName(name) {
  return knows(`rule.${name}`) ? t(`rule.${name}`) : limitName(name);
}

function limitText(limit) {
  const parts = [t('limit.detail', { used: number(limit.used), max: number(limit.max), name: limitName(limit.name) })];
  if (limit.resets_at) parts.push(t('limit.resets', { when: clock(limit.resets_at) }));
  return parts.join(' ');
}
