/**
 * Cuts Markdown into blocks: the part of CommonMark and GFM that models write. What it does not know stays text. Raw HTML is
 * text too. Work is linear in the length of the text, and nesting is bounded.
 *
 * @typedef {{type: string, start: number, [field: string]: any}} Block `start` is the offset of its first line
 */

/** Deepest nesting of quotes and lists; deeper ones are shown flat. */
const DEPTH_MAX = 8;
/** Models often indent what belongs to an item by two spaces, whatever the width of its marker is. */
const NESTED_INDENT = 2;

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])(?:([ \t]+)(.*)|)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const TABLE_RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** @returns {Block[]} */
export function parseBlocks(text, depth = 0) {
  const lines = text.split('\n');
  const blocks = [];
  let offset = 0;
  for (let i = 0; i < lines.length; ) {
    const start = offset;
    const line = lines[i];
    let read;
    if (line.trim() === '') {
      read = { next: i + 1 };
    } else {
      read = fence(lines, i) ?? heading(lines, i) ?? rule(lines, i) ?? table(lines, i)
        ?? quote(lines, i, depth) ?? list(lines, i, depth) ?? paragraph(lines, i);
      blocks.push({ ...read.block, start });
    }
    for (; i < read.next; i++) offset += lines[i].length + 1;
  }
  return blocks;
}

function fence(lines, i) {
  const open = FENCE.exec(lines[i]);
  if (!open || (open[1][0] === '`' && open[2].includes('`'))) return null;
  const body = [];
  let next = i + 1;
  for (; next < lines.length; next++) {
    const close = FENCE.exec(lines[next]);
    if (close && close[1][0] === open[1][0] && close[1].length >= open[1].length && close[2] === '') {
      return { block: { type: 'code', language: language(open[2]), text: body.join('\n') }, next: next + 1 };
    }
    body.push(lines[next]);
  }
  return { block: { type: 'code', language: language(open[2]), text: body.join('\n') }, next };
}

function language(info) {
  return info.trim().split(/\s/)[0].slice(0, 24);
}

function heading(lines, i) {
  const match = HEADING.exec(lines[i]);
  return match && { block: { type: 'heading', level: match[1].length, text: match[2] ?? '' }, next: i + 1 };
}

function rule(lines, i) {
  return RULE.test(lines[i]) ? { block: { type: 'rule' }, next: i + 1 } : null;
}

function quote(lines, i, depth) {
  if (!QUOTE.test(lines[i])) return null;
  const inner = [];
  let next = i;
  for (; next < lines.length; next++) {
    const match = QUOTE.exec(lines[next]);
    if (!match) break;
    inner.push(match[1]);
  }
  return { block: { type: 'quote', blocks: nested(inner, depth) }, next };
}

function nested(lines, depth) {
  const text = lines.join('\n');
  return depth >= DEPTH_MAX ? [{ type: 'paragraph', text, start: 0 }] : parseBlocks(text, depth + 1);
}

function list(lines, i, depth) {
  const first = ITEM.exec(lines[i]);
  if (!first) return null;
  const ordered = first[3] !== undefined;
  const items = [];
  let item = null;
  let indent = 0;
  let next = i;
  for (; next < lines.length; next++) {
    const line = lines[next];
    const match = RULE.test(line) ? null : ITEM.exec(line);
    if (match && (match[3] !== undefined) === ordered && (!item || match[1].length < Math.min(indent, NESTED_INDENT))) {
      item = [match[5] ?? ''];
      items.push(item);
      indent = match[1].length + match[2].length + Math.min(match[4]?.length ?? 1, 4);
    } else if (line.trim() === '') {
      item.push('');
    } else if (leadingSpaces(line) >= Math.min(indent, NESTED_INDENT)) {
      item.push(line.slice(Math.min(indent, leadingSpaces(line))));
    } else if (item.at(-1) !== '' && !startsBlock(line)) {
      item.push(line.trimStart());
    } else {
      break;
    }
  }
  return {
    block: {
      type: 'list',
      ordered,
      first: ordered ? Number(first[3]) : 1,
      items: items.map((inner) => nested(trimEnd(inner), depth)),
    },
    next,
  };
}

function leadingSpaces(line) {
  let n = 0;
  while (line[n] === ' ') n++;
  return line[n] === '\t' ? n + 4 : n;
}

function trimEnd(lines) {
  let end = lines.length;
  while (end > 0 && lines[end - 1].trim() === '') end--;
  return lines.slice(0, end);
}

function table(lines, i) {
  if (!lines[i].includes('|') || i + 1 >= lines.length || !TABLE_RULE.test(lines[i + 1])) return null;
  const head = cells(lines[i]);
  const align = cells(lines[i + 1]).map((cell) => {
    if (cell.endsWith(':')) return cell.startsWith(':') ? 'center' : 'end';
    return 'start';
  });
  if (head.length !== align.length) return null;
  const rows = [];
  let next = i + 2;
  for (; next < lines.length && lines[next].includes('|'); next++) {
    const row = cells(lines[next]);
    rows.push(head.map((_, column) => row[column] ?? ''));
  }
  return { block: { type: 'table', head, align, rows }, next };
}

function cells(line) {
  const trimmed = line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '');
  return trimmed.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function paragraph(lines, i) {
  let next = i + 1;
  while (next < lines.length && lines[next].trim() !== '' && !startsBlock(lines[next])) next++;
  return { block: { type: 'paragraph', text: lines.slice(i, next).join('\n') }, next };
}

function startsBlock(line) {
  const item = ITEM.exec(line);
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line)
    || (item !== null && item[5] !== undefined && (item[3] === undefined || item[3] === '1'));
}
