import { fill, h } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { ruleName } from '../../text/errors.js';
import { clock, number, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { tableOf } from '../table.js';

/** What a user may really do, and from where each right and limit comes; beside it, what is used of it now. */
export class RightsPart {
  #api;
  #note;
  #user = h('input', { type: 'text', required: true, autocomplete: 'off', spellcheck: 'false', list: 'rights-users', testid: 'rights-user' });
  #role = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: 'user', testid: 'rights-role-given' });
  #known = h('datalist', { id: 'rights-users' });
  #result = h('div', { class: 'rights', testid: 'rights' });

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    const form = h('form', { class: 'toolbar' }, labelled('rights-user', t('admin.user'), this.#user), this.#known,
      labelled('rights-role', t('rights.roleGiven'), this.#role),
      h('button', { type: 'submit', class: 'primary', testid: 'rights-show' }, t('rights.show')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const role = this.#role.value.trim();
      const hash = `#/admin/rights/${encodeURIComponent(this.#user.value.trim())}${role ? `?role=${encodeURIComponent(role)}` : ''}`;
      if (location.hash === hash) this.#read(this.#user.value.trim(), role || null);
      else location.hash = hash;
    });
    this.element = h('section', { class: 'part', 'aria-label': t('admin.rights') }, h('p', { class: 'hint part-hint' }, t('rights.hint')), form, this.#note.element, this.#result);
  }

  show([name], query) {
    this.#api.get('/api/admin/users', { limit: 200 }).then(({ items }) => fill(this.#known, items.map((item) => h('option', { value: item.name }))), () => {});
    if (name) this.#read(decodeURIComponent(name), query.get('role'));
  }

  #read(user, role) {
    this.#user.value = user;
    this.#role.value = role ?? '';
    return this.#note.attempt(async () => {
      const path = `/api/admin/users/${encodeURIComponent(user)}`;
      const [effective, live] = await Promise.all([this.#api.get(`${path}/effective`, { role }), this.#api.get(`${path}/live`).catch(() => null)]);
      this.#draw(user, effective, live);
    });
  }

  #draw(user, effective, live) {
    const used = new Map((live?.windows ?? []).map((limit) => [limit.name, limit]));
    const tools = Object.entries(effective.tools ?? {}).flatMap(([server, list]) => list.map((tool) => ({ server, ...tool })));
    fill(this.#result,
      h('h2', { dir: 'auto' }, user),
      h('p', { testid: 'rights-role' }, `${t('admin.role')}: ${effective.role} (`, effective.role_from === 'token' ? t('rights.fromToken') : origin(effective.role_from), ')',
        effective.team ? ` · ${t('admin.team')}: ${effective.team}` : null, ' · ',
        effective.blocked ? h('strong', { class: 'danger-text' }, t('rights.blocked'), ' ') : null, h('a', { href: `#/admin/users/${encodeURIComponent(user)}` }, t('rights.change'))),
      effective.allowed ? null : h('p', { class: 'danger-text', testid: 'rights-not-allowed' }, t('rights.notAllowed')),
      h('h3', {}, t('admin.limits')), limitsOf(t('admin.limits'), effective.limits, used, 'rights-limits'),
      effective.team_limits ? [h('h3', {}, t('rights.teamLimits')), limitsOf(t('rights.teamLimits'), effective.team_limits, new Map(), 'rights-team-limits')] : null,
      h('h3', {}, t('admin.toolRights')),
      tools.length === 0 ? h('p', { class: 'hint' }, t('rights.noTools')) : tableOf(t('admin.toolRights'), [
        { label: t('rights.tool'), value: (tool) => h('code', {}, `${tool.server} · ${tool.tool}`) },
        { label: t('rights.decision'), value: (tool) => h('span', { class: `chip decision-${tool.decision}` }, t(`rights.${tool.decision}`)) },
        { label: t('rights.from'), value: (tool) => origin(tool.from) },
      ], tools, { testid: 'rights-tools' }),
      h('h3', {}, t('admin.models')), h('p', { testid: 'rights-models' }, modelsText(effective)),
      live ? h('details', { class: 'group' }, h('summary', {}, t('rights.live')), h('pre', { class: 'mono', tabindex: '0' }, JSON.stringify(live, null, 2))) : null);
  }
}

function limitsOf(caption, given, used, testid) {
  const limits = Object.entries(given ?? {});
  return limits.length === 0 ? h('p', { class: 'hint' }, t('rights.noLimits')) : tableOf(caption, [
    { label: t('rights.limit'), value: ([name]) => ruleName(name) },
    { label: t('rights.max'), numeric: true, value: ([, limit]) => number(limit.max) },
    { label: t('rights.usedNow'), numeric: true, value: ([name]) => (used.has(name) ? number(used.get(name).used) : '–') },
    { label: t('rights.freeAgain'), value: ([name]) => (used.get(name)?.resets_at ? clock(used.get(name).resets_at) : '–') },
    { label: t('rights.from'), value: ([, limit]) => origin(limit.from) },
  ], limits, { testid });
}

/** `role/user` and the like as a link to what can be changed. */
function origin(from) {
  const text = typeof from === 'string' ? from : JSON.stringify(from ?? '–');
  const [kind, name] = text.split(/[/:]/, 2).map((part) => part.trim());
  const page = { role: 'roles', user: 'users', team: 'teams' }[kind];
  return page && name ? h('a', { href: `#/admin/${page}/${encodeURIComponent(name)}` }, text) : text;
}

function modelsText({ allowed, models = [] }) {
  if (!allowed) return t('page.none');
  return models.map(({ model, from }) => `${model === '*' ? t('admin.all') : model} (${from})`).join(', ') || t('rights.allModels');
}
