import { h } from '../dom.js';
import { Lexer } from '../lib/marked.esm.js';
import { highlightSoon } from './highlight.js';
import { blockNode, codeBlock, itemNode, languageOf } from './nodes.js';

const OPTIONS = { gfm: true, breaks: true };

/**
 * Shows a Markdown text that grows. Appending can only change the last block, so every earlier one keeps its nodes: a long
 * answer costs as much for its last token as for its first, and a selection in it survives.
 */
export class MarkdownView {
  #text = '';
  /** Blocks on screen, in order: {type, start, raw, node}, of a code block also {code, text, language}. */
  #shown = [];

  constructor() {
    this.element = h('div', { class: 'markdown', dir: 'auto' });
  }

  update(given, { finished = false } = {}) {
    const text = given.includes('\r') ? given.replaceAll(/\r\n?/g, '\n') : given;
    if (text !== this.#text) this.#grow(text);
    for (const [index, block] of this.#shown.entries()) {
      if (!block.code || block.coloured || !(finished || index < this.#shown.length - 1)) continue;
      block.coloured = true;
      highlightSoon(block.code, block.language);
    }
  }

  #grow(text) {
    const first = text.startsWith(this.#text) ? Math.max(0, this.#shown.length - 1) : 0;
    let start = this.#shown[first]?.start ?? 0;
    let index = first;
    this.#text = text;
    for (const token of Lexer.lex(text.slice(start), { ...OPTIONS })) {
      if (token.type !== 'space') this.#put(index++, token, start);
      start += token.raw.length;
    }
    for (const { node } of this.#shown.splice(index)) node.remove();
  }

  #put(index, token, start) {
    const old = this.#shown[index];
    if (old?.type === token.type && old.raw === token.raw) {
      old.start = start;
      return;
    }
    if (old && extend(old, token)) {
      old.raw = token.raw;
      old.start = start;
      return;
    }
    const made = token.type === 'code' ? codeBlock(token) : { node: blockNode(token) };
    if (old) old.node.replaceWith(made.node);
    else this.element.append(made.node);
    this.#shown[index] = { type: token.type, start, raw: token.raw, items: token.items, ...made };
  }
}

/** Lets a growing code block or list keep the nodes that it has; false when it must be made anew. */
function extend(old, token) {
  if (old.type !== token.type) return false;
  if (token.type === 'code') {
    const grows = !old.coloured && token.text.startsWith(old.text.data) && languageOf(token) === old.language;
    if (grows) old.text.appendData(token.text.slice(old.text.data.length));
    return grows;
  }
  if (token.type !== 'list' || old.node.localName !== (token.ordered ? 'ol' : 'ul') || token.items.length < old.items.length) return false;
  token.items.forEach((item, index) => {
    const before = old.node.children[index];
    if (!before) old.node.append(itemNode(item));
    else if (old.items[index].raw !== item.raw || old.items[index].loose !== item.loose) before.replaceWith(itemNode(item));
  });
  old.items = token.items;
  return true;
}
