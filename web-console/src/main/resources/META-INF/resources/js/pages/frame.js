import { fill, h, icon, setText } from '../dom.js';
import { explain } from '../text/errors.js';
import { t } from '../text/index.js';

/**
 * A page with a heading, links to its parts, and the part that the address names. `parts` is {id: {label, create(context),
 * hidden, under}}, where a hidden part stands under another one; a part is made when it is first shown, and its
 * `show(rest, query)` is called each time.
 */
export class PageFrame extends HTMLElement {
  #parts;
  #made = new Map();
  #name;
  #links;
  #body = h('div', { class: 'page-body' });
  #context;
  #title;

  constructor(name, title, context, parts) {
    super();
    this.#name = name;
    this.#context = context;
    this.#parts = parts;
    this.#title = h('h1', { tabindex: '-1' }, title);
    this.#links = Object.entries(parts).filter(([, part]) => !part.hidden)
      .map(([id, part]) => h('a', { href: `#/${name}/${id}`, 'data-part': id, testid: `${name}-${id}` }, part.label));
    this.className = 'page';
  }

  connectedCallback() {
    if (this.children.length > 0) return;
    fill(this,
      h('header', { class: 'page-head' },
        h('button', { type: 'button', class: 'icon-button only-narrow', 'aria-label': t('history.open'), on: { click: () => this.#context.openSide() } }, icon('menu')),
        this.#title, h('nav', { class: 'page-nav', 'aria-label': this.#title.textContent }, this.#links)),
      this.#body);
  }

  route([asked, ...rest], query) {
    const id = this.#parts[asked] ? asked : Object.keys(this.#parts)[0];
    for (const link of this.#links) {
      if (link.dataset.part === (this.#parts[id].under ?? id)) {
        link.setAttribute('aria-current', link.dataset.part === id ? 'page' : 'true');
        link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      } else {
        link.removeAttribute('aria-current');
      }
    }
    if (!this.#made.has(id)) this.#made.set(id, this.#parts[id].create(this.#context));
    const part = this.#made.get(id);
    if (this.#body.firstElementChild !== part.element) {
      this.#body.firstElementChild?.dispatchEvent(new CustomEvent('part-hidden'));
      fill(this.#body, part.element);
      this.#body.scrollTop = 0;
    }
    part.show?.(rest, query);
    this.dataset.shown = [this.#name, id, ...rest].join('/');
  }
}

customElements.define('parley-page', PageFrame);

/** A line that says what a part is doing, and what went wrong in plain words. */
export class Note {
  element = h('p', { class: 'hint page-note', role: 'status', testid: 'page-note' });
  #context;
  #running = 0;

  constructor(context) {
    this.#context = context;
  }

  say(text = '') {
    this.element.classList.remove('bad');
    setText(this.element, text);
  }

  problem(cause) {
    const words = cause.status === undefined ? explain({ code: 'internal', error: String(cause) }) : this.#context.explain(cause);
    this.element.classList.add('bad');
    setText(this.element, [words.title, words.detail, words.next].filter(Boolean).join(' '));
  }

  /** Runs an action and says what went wrong; answers whether it went well. */
  async attempt(action, busy = t('page.working')) {
    this.say(busy);
    this.#run(1);
    try {
      await action();
      if (this.element.textContent === busy) this.say('');
      return true;
    } catch (cause) {
      if (cause?.name === 'AbortError') return false;
      this.problem(cause);
      return false;
    } finally {
      this.#run(-1);
    }
  }

  #run(more) {
    this.#running += more;
    this.element.toggleAttribute('data-busy', this.#running > 0);
  }
}
