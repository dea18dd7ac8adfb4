import { copyButton, h } from '../dom.js';
import { t } from '../text/index.js';
import { parseBlocks } from './blocks.js';
import { renderInline } from './inline.js';

/**
 * Shows a Markdown text that grows. Appending can only change the blocks behind the last blank line, so every earlier block
 * keeps its nodes: a long answer costs as much for its last token as for its first, and a selection in it survives.
 */
export class MarkdownView {
  #text = '';
  /** Blocks on screen, in order: {type, start, raw, node, code}. */
  #shown = [];

  constructor() {
    this.element = h('div', { class: 'markdown', dir: 'auto' });
  }

  update(text) {
    if (text === this.#text) return;
    const first = text.startsWith(this.#text) ? this.#firstOpen() : 0;
    const from = this.#shown[first]?.start ?? 0;
    const blocks = parseBlocks(text.slice(from));
    this.#text = text;
    blocks.forEach((block, index) => {
      const start = from + block.start;
      const end = index + 1 < blocks.length ? from + blocks[index + 1].start : text.length;
      this.#put(first + index, block, { type: block.type, start, raw: text.slice(start, end) });
    });
    for (const { node } of this.#shown.splice(first + blocks.length)) node.remove();
  }

  /** Index of the first block of the last run without a blank line. */
  #firstOpen() {
    let index = Math.max(0, this.#shown.length - 1);
    while (index > 0 && !/\n[ \t]*\n$/.test(this.#text.slice(Math.max(0, this.#shown[index].start - 40), this.#shown[index].start))) index--;
    return index;
  }

  #put(index, block, place) {
    const old = this.#shown[index];
    if (old?.type === place.type && old.raw === place.raw) {
      old.start = place.start;
      return;
    }
    if (old?.code && block.type === 'code' && block.text.startsWith(old.code.data) && old.language === block.language) {
      old.code.appendData(block.text.slice(old.code.data.length));
      Object.assign(old, place);
      return;
    }
    const shown = { ...place, ...show(block) };
    if (old) old.node.replaceWith(shown.node);
    else this.element.append(shown.node);
    this.#shown[index] = shown;
  }
}

function show(block) {
  return block.type === 'code' ? { ...codeBlock(block), language: block.language } : { node: node(block), code: null };
}

function codeBlock(block) {
  const code = document.createTextNode(block.text);
  const figure = h(
    'figure', { class: 'code', dir: 'ltr' },
    h('figcaption', {}, h('span', {}, block.language), copyButton(t('chat.copyCode'), () => code.data, 'copy-code')),
    h('pre', { tabindex: '0' }, h('code', {}, code)),
  );
  return { node: figure, code };
}

function node(block) {
  switch (block.type) {
    case 'heading': return inline(`h${Math.min(block.level + 2, 6)}`, block.text);
    case 'paragraph': return inline('p', block.text);
    case 'rule': return h('hr');
    case 'code': return codeBlock(block).node;
    case 'quote': return h('blockquote', {}, block.blocks.map(node));
    case 'list': return list(block);
    case 'table': return table(block);
    default: throw new Error(`unknown block ${block.type}`);
  }
}

function inline(tag, text) {
  const element = h(tag);
  renderInline(element, text);
  return element;
}

function list(block) {
  const items = block.items.map((blocks) => {
    // A tight item is its text; paragraphs of their own would double the distance.
    const tight = blocks.length > 0 && blocks[0].type === 'paragraph';
    const item = tight ? inline('li', blocks[0].text) : h('li');
    item.append(...(tight ? blocks.slice(1) : blocks).map(node));
    return item;
  });
  return block.ordered ? h('ol', { start: block.first === 1 ? null : block.first }, items) : h('ul', {}, items);
}

function table(block) {
  const row = (tag, texts) => h('tr', {}, texts.map((text, column) => {
    const cell = inline(tag, text);
    cell.className = `align-${block.align[column]}`;
    return cell;
  }));
  return h(
    'div', { class: 'table', tabindex: '0' },
    h('table', {}, h('thead', {}, row('th', block.head)), h('tbody', {}, block.rows.map((texts) => row('td', texts)))),
  );
}
