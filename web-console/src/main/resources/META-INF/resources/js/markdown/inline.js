/**
 * Inline Markdown as DOM nodes: code, strong, emphasis, strike, links. Only `http`, `https` and `mailto` become links, and a
 * picture becomes a link to it: an answer must not be able to make the browser fetch anything.
 */

/** Deepest nesting of marks; deeper ones are shown as they stand. */
const DEPTH_MAX = 6;
/** Possible ends that are looked at for one opening mark, so that a text full of marks stays linear. */
const CANDIDATES_MAX = 40;
const LINK = /!?\[((?:[^[\]\\\n]|\\.){0,1000})\]\(\s*<?([^\s()<>]{0,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500}){0,4})>?(?:\s+"[^"\n]{0,500}")?\s*\)/y;
const AUTO = /https?:\/\/[^\s<>"'`]{1,2000}/y;
const ESCAPED = /[!-/:-@[-`{-~]/;
const WORD = /[\p{L}\p{N}]/u;

/** Appends the nodes of `text` to `parent`. */
export function renderInline(parent, text, depth = 0) {
  new Inline(parent, text, depth).run();
}

class Inline {
  #parent;
  #text;
  #depth;
  #plain = '';
  #missing = new Map();

  constructor(parent, text, depth) {
    this.#parent = parent;
    this.#text = text;
    this.#depth = depth;
  }

  run() {
    const text = this.#text;
    for (let i = 0; i < text.length; ) {
      const step = this.#at(i);
      if (step > 0) {
        i += step;
      } else {
        this.#plain += text[i++];
      }
    }
    this.#flush();
  }

  /** Length of the construct at `i`, or 0 when there is none. */
  #at(i) {
    const text = this.#text;
    switch (text[i]) {
      case '\\': return this.#escape(i);
      case '`': return this.#code(i);
      case '*': return text[i + 1] === '*' ? this.#pair(i, '**', 'strong') || this.#pair(i, '*', 'em') : this.#pair(i, '*', 'em');
      case '_': return text[i + 1] === '_' ? this.#pair(i, '__', 'strong') : this.#pair(i, '_', 'em');
      case '~': return text[i + 1] === '~' ? this.#pair(i, '~~', 's') : 0;
      case '!': return text[i + 1] === '[' ? this.#link(i) : 0;
      case '[': return this.#link(i);
      case 'h': return this.#auto(i);
      case '\n': return this.#break(i);
      default: return 0;
    }
  }

  #escape(i) {
    const next = this.#text[i + 1];
    if (next === undefined || !ESCAPED.test(next)) return 0;
    this.#plain += next;
    return 2;
  }

  #code(i) {
    const text = this.#text;
    let ticks = 1;
    while (text[i + ticks] === '`') ticks++;
    const fence = '`'.repeat(ticks);
    let candidates = CANDIDATES_MAX;
    for (let end = this.#find(fence, i + ticks); end >= 0 && candidates-- > 0; end = this.#find(fence, end)) {
      if (text[end + ticks] !== '`') {
        const code = text.slice(i + ticks, end).replaceAll('\n', ' ');
        const trimmed = code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '' ? code.slice(1, -1) : code;
        this.#element('code').textContent = trimmed;
        return end + ticks - i;
      }
      while (text[end] === '`') end++;
    }
    this.#plain += fence;
    return ticks;
  }

  #pair(i, mark, tag) {
    const text = this.#text;
    const from = i + mark.length;
    if (this.#depth >= DEPTH_MAX || from >= text.length || /\s/.test(text[from])) return 0;
    if (mark[0] === '_' && i > 0 && WORD.test(text[i - 1])) return 0;
    let candidates = CANDIDATES_MAX;
    for (let end = this.#find(mark, from + 1); end >= 0 && candidates-- > 0; end = this.#find(mark, end + 1)) {
      let after = end + mark.length;
      if (/\s/.test(text[end - 1]) || text[end - 1] === '\\') continue;
      if (mark.length === 1 && (text[end + 1] === mark || text[end - 1] === mark)) {
        end += text[end + 1] === mark ? 1 : 0;
        continue;
      }
      // In `***a***` the outer pair closes with the last of the marks.
      while (mark.length === 2 && text[after] === mark[0]) { end++; after++; }
      if (mark[0] === '_' && after < text.length && WORD.test(text[after])) continue;
      renderInline(this.#element(tag), text.slice(from, end), this.#depth + 1);
      return after - i;
    }
    return 0;
  }

  #link(i) {
    LINK.lastIndex = i;
    const match = LINK.exec(this.#text);
    const href = match && safeHref(match[2]);
    if (!href) return 0;
    const anchor = this.#anchor(href);
    if (this.#depth < DEPTH_MAX) renderInline(anchor, match[1] || match[2], DEPTH_MAX);
    else anchor.textContent = match[1] || match[2];
    return match[0].length;
  }

  #auto(i) {
    if (this.#insideLink() || (i > 0 && WORD.test(this.#text[i - 1]))) return 0;
    AUTO.lastIndex = i;
    const match = AUTO.exec(this.#text);
    if (!match) return 0;
    let address = match[0].replace(/[.,;:!?*_~]+$/, '');
    if (address.endsWith(')') && !address.includes('(')) address = address.replace(/\)+$/, '');
    const href = safeHref(address);
    if (!href) return 0;
    this.#anchor(href).textContent = address;
    return address.length;
  }

  #break(i) {
    this.#plain = this.#plain.replace(/ +$/, '');
    this.#flush();
    this.#parent.append(document.createElement('br'));
    return 1;
  }

  #insideLink() {
    return this.#depth >= DEPTH_MAX && this.#parent.localName === 'a';
  }

  /** `indexOf` that remembers failure, so that a run of unclosed marks costs one search and not one each. */
  #find(mark, from) {
    if (from >= (this.#missing.get(mark) ?? Infinity)) return -1;
    const at = this.#text.indexOf(mark, from);
    if (at < 0) this.#missing.set(mark, from);
    return at;
  }

  #anchor(href) {
    const anchor = this.#element('a');
    anchor.href = href;
    anchor.target = '_blank';
    anchor.rel = 'noopener noreferrer nofollow';
    return anchor;
  }

  #element(tag) {
    this.#flush();
    const element = document.createElement(tag);
    this.#parent.append(element);
    return element;
  }

  #flush() {
    if (this.#plain) this.#parent.append(this.#plain);
    this.#plain = '';
  }
}

/** The address if a click on it can do no harm, else null. */
export function safeHref(address) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(address)) return null;
  try {
    return new URL(address).href;
  } catch {
    return null;
  }
}
