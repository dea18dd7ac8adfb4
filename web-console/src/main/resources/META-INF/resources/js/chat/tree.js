/**
 * The turns of a conversation as a tree: an edited or repeated question stands beside the one that it replaces, under the
 * same parent. What is on screen is one path from the root; of several siblings the chosen one is on it, or the newest.
 */
export class TurnTree {
  #all = [];
  /** Parent's id, '' for the root, → id of the child that is on the path. */
  #chosen = new Map();
  #path = null;
  #children = null;

  constructor(turns = [], chosen = []) {
    this.#all = turns;
    this.#chosen = new Map(chosen);
  }

  get all() {
    return this.#all;
  }

  get chosen() {
    return [...this.#chosen];
  }

  get path() {
    if (this.#path) return this.#path;
    const children = this.#index();
    const path = [];
    for (let parent = ''; children.has(parent); ) {
      const siblings = children.get(parent);
      const turn = siblings.find(({ id }) => id === this.#chosen.get(parent)) ?? siblings.at(-1);
      path.push(turn);
      parent = turn.id;
    }
    this.#path = path;
    return path;
  }

  /** Adds a turn, by default after the one that the path ends with, and puts it on the path. */
  add(turn, parent = this.path.at(-1)?.id ?? null) {
    turn.parent = parent;
    this.#all.push(turn);
    this.#changed();
    this.choose(turn);
    return turn;
  }

  remove(turn) {
    this.#all = this.#all.filter((other) => other !== turn);
    for (const child of this.#all) {
      if (child.parent === turn.id) child.parent = turn.parent;
    }
    this.#changed();
  }

  choose(turn) {
    this.#chosen.set(this.#parentOf(turn), turn.id);
    this.#path = null;
  }

  /** The turns under the same parent, this one among them, in order. */
  siblings(turn) {
    return this.#index().get(this.#parentOf(turn)) ?? [turn];
  }

  /** Whether the path ends with the turn that was asked last. */
  get atNewest() {
    const newest = this.#all.at(-1);
    return !newest || this.path.includes(newest);
  }

  #parentOf(turn) {
    return turn.parent && this.#all.some(({ id }) => id === turn.parent) ? turn.parent : '';
  }

  #index() {
    if (this.#children) return this.#children;
    const known = new Set(this.#all.map(({ id }) => id));
    this.#children = Map.groupBy(this.#all, ({ parent }) => (parent && known.has(parent) ? parent : ''));
    return this.#children;
  }

  #changed() {
    this.#path = null;
    this.#children = null;
  }
}
