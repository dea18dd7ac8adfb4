import { h } from '../dom.js';
import { shown } from './table.js';

const SEPARATOR = '.';

/** The rows of what differs between two states of a subject: [name, before, after], a name being the path to a simple value. */
export function differences(before, after) {
  const [old, now] = [leaves(before), leaves(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort()
    .filter((name) => JSON.stringify(old.get(name)) !== JSON.stringify(now.get(name)))
    .map((name) => [name, old.get(name), now.get(name)]);
}

/** What changed from one state to the other, a line for each value; null where nothing did. */
export function changesOf(before, after) {
  const rows = differences(before, after);
  return rows.length === 0 ? null : h('ul', { class: 'changes' }, rows.map(([name, old, now]) => h('li', {},
    h('code', {}, name), ' ', old === undefined ? null : h('del', {}, shown(old)), old === undefined || now === undefined ? null : ' → ', now === undefined ? null : h('ins', {}, shown(now)))));
}

/** Simple values and lists of them by their path; what is not set is not there. */
function leaves(value, path = [], found = new Map()) {
  if (value === null || value === undefined || value === '') return found;
  if (typeof value !== 'object' || Array.isArray(value)) {
    if (!(Array.isArray(value) && value.length === 0)) found.set(path.join(SEPARATOR), value);
    return found;
  }
  for (const [name, each] of Object.entries(value)) if (path.length > 0 || name !== 'type') leaves(each, [...path, name], found);
  return found;
}
