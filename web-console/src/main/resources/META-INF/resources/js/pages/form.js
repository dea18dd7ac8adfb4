import { fill, h } from '../dom.js';
import { labelled } from '../elements/ask-dialog.js';
import { ruleName } from '../text/errors.js';
import { t } from '../text/index.js';

/** In the order in which people think of them. */
const LIMITS = [
  'requests_per_minute', 'requests_per_hour', 'requests_per_day', 'requests_per_second', 'tokens_per_minute', 'tokens_per_hour',
  'tokens_per_day', 'cost_per_day', 'cost_per_month', 'concurrent_answers', 'message_chars', 'answer_tokens', 'tool_rounds', 'answer_seconds',
];
const MODES = ['', 'all', 'allow', 'deny', 'none'];

/**
 * Fields of an object of the policy: {name, kind, label, hint, options}. Kinds: text, area, lines (an array of texts), number,
 * bool, select, limits, tools, json. `read()` gives the object; what is empty is left out.
 */
export class PolicyForm {
  #fields;

  constructor(fields, extras) {
    this.#fields = fields.map((field) => ({ ...field, control: CONTROLS[field.kind](field, extras) }));
    this.element = h('div', { class: 'form-fields' }, this.#fields.map((field) => field.control.element));
  }

  write(object) {
    for (const { name, control } of this.#fields) control.write(object?.[name]);
  }

  /** @throws {SyntaxError} for JSON that is none; the message names the field */
  read() {
    const object = {};
    for (const { name, label, control } of this.#fields) {
      let value;
      try {
        value = control.read();
      } catch {
        throw new SyntaxError(t('form.notJson', { label }));
      }
      if (value !== undefined) object[name] = value;
    }
    return object;
  }
}

let counter = 0;
const nextId = (name) => `form-${name}-${counter++}`;

function simple(field, control, { read, write }) {
  control.dataset.testid = `field-${field.name}`;
  return { element: labelled(nextId(field.name), field.label, control, field.hint), read: () => read(control), write: (value) => write(control, value) };
}

const text = (control) => (control.value.trim() === '' ? undefined : control.value.trim());

const CONTROLS = {
  text: (field) => simple(field, h('input', { type: 'text', dir: 'auto', autocomplete: 'off', spellcheck: 'false' }), {
    read: text, write: (control, value) => { control.value = value ?? ''; },
  }),
  area: (field) => simple(field, h('textarea', { rows: 3, dir: 'auto' }), {
    read: text, write: (control, value) => { control.value = value ?? ''; },
  }),
  lines: (field) => simple(field, h('textarea', { rows: 3, dir: 'ltr', spellcheck: 'false', class: 'mono' }), {
    read: (control) => {
      const lines = control.value.split('\n').map((line) => line.trim()).filter(Boolean);
      return lines.length > 0 ? lines : undefined;
    },
    write: (control, value) => { control.value = (value ?? []).join('\n'); },
  }),
  number: (field) => simple(field, h('input', { type: 'number', min: 0, step: 'any' }), {
    read: (control) => (control.value === '' ? undefined : Number(control.value)),
    write: (control, value) => { control.value = value ?? ''; },
  }),
  bool: (field) => {
    const control = h('input', { type: 'checkbox', testid: `field-${field.name}` });
    const id = nextId(field.name);
    control.id = id;
    return {
      element: h('div', { class: 'field check' }, control, h('label', { for: id }, field.label)),
      read: () => control.checked || undefined,
      write: (value) => { control.checked = Boolean(value); },
    };
  },
  select: (field) => simple(field, h('select', {}, field.options.map(([value, label]) => h('option', { value }, label))), {
    read: text, write: (control, value) => { control.value = value ?? field.options[0][0]; },
  }),
  json: (field) => simple(field, h('textarea', { rows: 4, dir: 'ltr', spellcheck: 'false', class: 'mono' }), {
    read: (control) => (control.value.trim() === '' ? undefined : JSON.parse(control.value)),
    write: (control, value) => { control.value = value === undefined || value === null ? '' : JSON.stringify(value, null, 2); },
  }),
  limits: (field) => {
    const inputs = LIMITS.map((name) => [name, h('input', { type: 'number', min: 0, step: name.startsWith('cost') ? '0.01' : '1', placeholder: t('form.noLimit'), testid: `limit-${name}` })]);
    return {
      element: h('fieldset', { class: 'group' }, h('legend', {}, field.label),
        h('div', { class: 'limit-grid' }, inputs.map(([name, control]) => labelled(nextId(name), ruleName(name), control)))),
      read: () => {
        const given = inputs.filter(([, control]) => control.value !== '').map(([name, control]) => [name, Number(control.value)]);
        return given.length > 0 ? Object.fromEntries(given) : undefined;
      },
      write: (value) => {
        for (const [name, control] of inputs) control.value = value?.[name] ?? '';
      },
    };
  },
  tools: (field, extras) => new ToolRules(field, extras),
};

/** Rules by MCP server, with a line that says what they come to for the tools that the server offers now. */
class ToolRules {
  #rules = h('div', { class: 'tool-rules' });
  #catalog;
  #value = {};

  /** @param {{servers: string[], toolsOf: (server: string) => Promise<string[]>}} catalog */
  constructor(field, catalog) {
    this.#catalog = catalog;
    this.element = h('fieldset', { class: 'group' }, h('legend', {}, field.label), h('p', { class: 'hint' }, t('rules.hint')), this.#rules);
  }

  write(value) {
    this.#value = structuredClone(value ?? {});
    const servers = [...new Set([...Object.keys(this.#value), ...this.#catalog.servers])].sort();
    fill(this.#rules, servers.length === 0 ? h('p', { class: 'hint' }, t('rules.noServers')) : servers.map((server) => this.#rule(server)));
  }

  read() {
    const given = Object.entries(this.#value).filter(([, rule]) => rule.mode);
    return given.length > 0 ? Object.fromEntries(given) : undefined;
  }

  #rule(server) {
    const rule = this.#value[server] ?? {};
    const mode = h('select', { testid: `rule-mode-${server}` }, MODES.map((each) => h('option', { value: each, selected: each === (rule.mode ?? '') }, t(`rules.mode.${each || 'absent'}`))));
    const tools = h('input', { type: 'text', value: (rule.tools ?? []).join(', '), spellcheck: 'false', dir: 'ltr', testid: `rule-tools-${server}` });
    const ask = h('input', { type: 'text', value: (rule.ask ?? []).join(', '), spellcheck: 'false', dir: 'ltr', testid: `rule-ask-${server}` });
    const outcome = h('p', { class: 'hint', role: 'status', testid: `rule-outcome-${server}` });
    const change = async () => {
      const now = { mode: mode.value, tools: names(tools.value), ask: names(ask.value) };
      if (now.tools.length === 0) delete now.tools;
      if (now.ask.length === 0) delete now.ask;
      this.#value[server] = now;
      const known = await this.#catalog.toolsOf(server);
      fill(outcome, outcomeText(now, known));
    };
    for (const control of [mode, tools, ask]) control.addEventListener('input', change);
    change();
    return h('div', { class: 'tool-rule' }, h('h4', { dir: 'ltr' }, server),
      labelled(nextId('mode'), t('rules.mode'), mode), labelled(nextId('tools'), t('rules.tools'), tools), labelled(nextId('ask'), t('rules.ask'), ask), outcome);
  }
}

function names(value) {
  return value.split(',').map((name) => name.trim()).filter(Boolean);
}

function outcomeText(rule, known) {
  if (known.length === 0) return t('rules.unknownTools');
  const decisions = Map.groupBy(known, (tool) => decide(rule, tool));
  return ['allow', 'ask', 'deny'].filter((decision) => decisions.has(decision))
    .map((decision) => t(`rules.outcome.${decision}`, { tools: decisions.get(decision).join(', ') })).join(' · ');
}

/** As the server decides it, for the preview alone. */
function decide({ mode, tools = [], ask = [] }, tool) {
  const listed = tools.some((glob) => matches(glob, tool));
  const offered = mode === 'all' || (mode === 'allow' && listed) || (mode === 'deny' && !listed);
  if (!offered) return 'deny';
  return ask.some((glob) => matches(glob, tool)) ? 'ask' : 'allow';
}

function matches(glob, name) {
  const pattern = glob.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`).test(name);
}
