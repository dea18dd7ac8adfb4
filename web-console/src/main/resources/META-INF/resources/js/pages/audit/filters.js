import { h, icon } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { t } from '../../text/index.js';

const FIELDS = {
  query: { type: 'search' }, user: {}, team: {}, role: {}, model: {}, tool: {},
  status: { options: ['', 'running', 'done', 'stopped', 'failed'] },
  code: {}, from: { type: 'datetime-local' }, to: { type: 'datetime-local' }, min_latency_ms: { type: 'number' },
};

/** The filters that the audit's lists share. `onApply` is called with nothing; `values()` gives what is set. */
export class Filters {
  #controls;

  constructor(names, onApply) {
    this.#controls = names.map((name) => [name, controlOf(name)]);
    const [first, ...rest] = this.#controls.map(([name, control]) => labelled(`filter-${name}`, t(`filter.${name}`), control));
    this.element = h('form', { class: 'filters', role: 'search', 'aria-label': t('filter.title') },
      h('div', { class: 'toolbar' }, first, h('button', { type: 'submit', class: 'primary', testid: 'filter-apply' }, icon('search'), t('filter.apply'))),
      rest.length > 0 ? h('details', { class: 'more-filters', open: matchMedia('(min-width: 900px)').matches }, h('summary', {}, t('filter.more')),
        h('div', { class: 'filter-grid' }, rest), h('button', { type: 'button', class: 'link', testid: 'filter-clear', on: { click: () => this.clear(onApply) } }, t('filter.clear'))) : null);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      onApply();
    });
  }

  values() {
    return Object.fromEntries(this.#controls.filter(([, control]) => control.value !== '').map(([name, control]) => [
      name, control.type === 'datetime-local' ? new Date(control.value).toISOString() : control.value.trim(),
    ]));
  }

  /** Takes values from the address. */
  write(query) {
    for (const [name, control] of this.#controls) {
      if (query.has(name) && control.type !== 'datetime-local') control.value = query.get(name);
    }
  }

  clear(onApply) {
    for (const [, control] of this.#controls) control.value = '';
    onApply();
  }
}

function controlOf(name) {
  const { type = 'text', options } = FIELDS[name];
  if (options) return h('select', { testid: `filter-${name}` }, options.map((value) => h('option', { value }, value === '' ? t('filter.any') : t(`status.${value}`))));
  return h('input', { type, dir: 'auto', autocomplete: 'off', min: type === 'number' ? 0 : null, testid: `filter-${name}` });
}
