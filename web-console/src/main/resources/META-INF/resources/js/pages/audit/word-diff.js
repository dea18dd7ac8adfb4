import { h } from '../../dom.js';

/** Words that are compared one by one; longer texts are shown as they are. */
const WORDS_MAX = 1_500;

/** Two texts as nodes in which what only one of them has is marked (longest common subsequence of words). */
export function wordDiff(before, after) {
  const a = before.split(/(?<=\s)/);
  const b = after.split(/(?<=\s)/);
  if (before === after || a.length > WORDS_MAX || b.length > WORDS_MAX) return [[before], [after]];
  const common = lengths(a, b);
  const left = [];
  const right = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      left.push(a[i++]);
      right.push(b[j++]);
    } else if (common[i + 1][j] >= common[i][j + 1]) {
      left.push(h('del', {}, a[i++]));
    } else {
      right.push(h('ins', {}, b[j++]));
    }
  }
  left.push(...a.slice(i).map((word) => h('del', {}, word)));
  right.push(...b.slice(j).map((word) => h('ins', {}, word)));
  return [left, right];
}

/** `lengths[i][j]`: of the common subsequence of what stands from i and from j on. */
function lengths(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}
