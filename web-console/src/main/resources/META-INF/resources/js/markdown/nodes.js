/**
 * Markdown tokens as DOM nodes. HTML in an answer stays text; only `http`, `https` and `mailto` become links, and a picture
 * becomes a link to it: an answer must not be able to make the browser run or fetch anything.
 */

import { copyButton, fill, h } from '../dom.js';
import { t } from '../text/index.js';

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', hellip: '…', mdash: '—', ndash: '–' };
const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g;

/** @returns {Node} of one block token */
export function blockNode(token) {
  switch (token.type) {
    case 'heading': return inline(`h${Math.min(token.depth + 2, 6)}`, token.tokens);
    case 'paragraph': return inline('p', token.tokens);
    case 'text': return inline('p', token.tokens ?? [token]);
    case 'hr': return h('hr');
    case 'code': return codeBlock(token).node;
    case 'blockquote': return h('blockquote', {}, blocks(token.tokens));
    case 'list': return listNode(token);
    case 'table': return table(token);
    case 'def': return h('span', { hidden: true });
    default: return h('p', {}, token.raw ?? token.text ?? '');
  }
}

function blocks(tokens) {
  return tokens.filter((token) => token.type !== 'space').map(blockNode);
}

/** A code block; `code` is its element, which a highlighter may fill anew. */
export function codeBlock(token) {
  const text = document.createTextNode(token.text);
  const code = h('code', {}, text);
  const language = languageOf(token);
  const node = h(
    'figure', { class: 'code', dir: 'ltr' },
    h('figcaption', {}, h('span', {}, language), copyButton(t('chat.copyCode'), () => code.textContent, 'copy-code')),
    h('pre', { tabindex: '0', role: 'region', 'aria-label': language || t('chat.code') }, code),
  );
  return { node, code, text, language };
}

export function languageOf(token) {
  return (token.lang ?? '').trim().split(/[\s{,]/)[0].slice(0, 24);
}

export function listNode(token) {
  const start = token.ordered && token.start !== 1 ? token.start : null;
  return h(token.ordered ? 'ol' : 'ul', { start }, token.items.map(itemNode));
}

export function itemNode(item) {
  const box = item.task
    ? h('input', { type: 'checkbox', disabled: true, checked: item.checked, 'aria-label': t(item.checked ? 'chat.taskDone' : 'chat.taskOpen') })
    : null;
  const inner = item.tokens.filter((token) => token.type !== 'space' && token.type !== 'checkbox');
  // A tight item is its text; paragraphs of their own would double the distance.
  const children = inner.flatMap((token) => (token.type === 'text' ? inlineNodes(token.tokens ?? [token]) : [blockNode(token)]));
  return h('li', item.task ? { class: 'task' } : {}, box, children);
}

function table(token) {
  const row = (tag, cells) => h('tr', {}, cells.map((cell, column) => {
    const align = { center: 'align-center', right: 'align-end' }[token.align[column]];
    return h(tag, { class: align, scope: tag === 'th' ? 'col' : null }, inlineNodes(cell.tokens));
  }));
  return h(
    'div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': t('chat.table') },
    h('table', {}, h('thead', {}, row('th', token.header)), h('tbody', {}, token.rows.map((cells) => row('td', cells)))),
  );
}

function inline(tag, tokens) {
  return fill(h(tag), inlineNodes(tokens));
}

function inlineNodes(tokens = []) {
  return tokens.map((token) => {
    switch (token.type) {
      case 'strong': return inline('strong', token.tokens);
      case 'em': return inline('em', token.tokens);
      case 'del': return inline('s', token.tokens);
      case 'codespan': return h('code', {}, token.text);
      case 'br': return h('br');
      case 'link': return link(token.href, inlineNodes(token.tokens), token.raw);
      case 'image': return link(token.href, [token.text || token.href], token.raw);
      case 'text': return token.tokens ? inlineNodes(token.tokens) : decoded(token.text);
      case 'escape': return token.text;
      default: return token.raw ?? '';
    }
  }).flat();
}

function link(address, children, raw) {
  const href = safeHref(address);
  if (!href) return raw;
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, children);
}

/** Character references, as text: what they stand for never becomes markup here. */
function decoded(text) {
  return text.includes('&') ? text.replace(ENTITY, (whole, decimal, hex, name) => {
    if (name) return ENTITIES[name] ?? whole;
    const point = Number.parseInt(decimal ?? hex, decimal ? 10 : 16);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  }) : text;
}

/** The address if a click on it can do no harm, else null. */
export function safeHref(address) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(address ?? '')) return null;
  try {
    return new URL(address).href;
  } catch {
    return null;
  }
}
