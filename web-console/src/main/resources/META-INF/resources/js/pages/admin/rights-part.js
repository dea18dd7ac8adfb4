import { fill, h } from '../../dom.js';
import { labelled } from '../../elements/ask-dialog.js';
import { limitName } from '../../text/errors.js';
import { clock, number, t } from '../../text/index.js';
import { Note } from '../frame.js';
import { tableOf } from '../table.js';

/** What a user may really do, and from where each right and limit comes; beside it, what is used of it now. */
export class RightsPart {
  #api;
  #note;
  #user = h('input', { type: 'text', required: true, autocomplete: 'off', spellcheck: 'false', list: 'rights-users', testid: 'rights-user' });
  #known = h('datalist', { id: 'rights-users' });
  #result = h('div', { class: 'rights', testid: 'rights' });

  constructor(context) {
    this.#api = context.api;
    this.#note = new Note(context);
    const form = h('form', { class: 'toolbar' }, labelled('rights-user', t('admin.user'), this.#user), this.#known,
      h('button', { type: 'submit', class: 'primary', testid: 'rights-show' }, t('rights.show')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      location.hash = `#/admin/rights/${encodeURIComponent(this.#user.value.trim())}`;
    });
    this.element = h('section', { class: 'part', 'aria-label': t('admin.rights') }, h('p', { class: 'hint part-hint' }, t('rights.hint')), form, this.#note.element, this.#result);
  }

  show([name]) {
    this.#api.get('/api/admin/users', { limit: 200 }).then(({ items }) => fill(this.#known, items.map((item) => h('option', { value: item.name }))), () => {});
    if (!name) return;
    const user = decodeURIComponent(name);
    this.#user.value = user;
    this.#note.attempt(async () => {
      const path = `/api/admin/users/${encodeURIComponent(user)}`;
      const [effective, live] = await Promise.all([this.#api.get(`${path}/effective`), this.#api.get(`${path}/live`).catch(() => null)]);
      this.#draw(user, effective, live);
    });
  }

  #draw(user, effective, live) {
    const used = new Map((live?.windows ?? []).map((limit) => [limit.name, limit]));
    const limits = Object.entries(effective.limits ?? {});
    const tools = Object.entries(effective.tools ?? {}).flatMap(([server, list]) => list.map((tool) => ({ server, ...tool })));
    fill(this.#result,
      h('h2', { dir: 'auto' }, user),
      h('p', {}, [`${t('admin.role')}: ${effective.role} (${effective.role_from})`, effective.team ? `${t('admin.team')}: ${effective.team}` : null].filter(Boolean).join(' · '), ' ',
        effective.blocked ? h('strong', { class: 'danger-text' }, t('rights.blocked'), ' ') : null, h('a', { href: `#/admin/users/${encodeURIComponent(user)}` }, t('rights.change'))),
      h('h3', {}, t('admin.limits')),
      limits.length === 0 ? h('p', { class: 'hint' }, t('rights.noLimits')) : tableOf(t('admin.limits'), [
        { label: t('rights.limit'), value: ([name]) => limitName(name) },
        { label: t('rights.max'), numeric: true, value: ([, limit]) => number(limit.max) },
        { label: t('rights.usedNow'), numeric: true, value: ([name]) => (used.has(name) ? number(used.get(name).used) : '–') },
        { label: t('rights.freeAgain'), value: ([name]) => (used.get(name)?.resets_at ? clock(used.get(name).resets_at) : '–') },
        { label: t('rights.from'), value: ([, limit]) => origin(limit.from) },
      ], limits, { testid: 'rights-limits' }),
      h('h3', {}, t('admin.toolRights')),
      tools.length === 0 ? h('p', { class: 'hint' }, t('rights.noTools')) : tableOf(t('admin.toolRights'), [
        { label: t('rights.tool'), value: (tool) => h('code', {}, `${tool.server} · ${tool.tool}`) },
        { label: t('rights.decision'), value: (tool) => h('span', { class: `chip decision-${tool.decision}` }, t(`rights.${tool.decision}`)) },
        { label: t('rights.from'), value: (tool) => origin(tool.from) },
      ], tools, { testid: 'rights-tools' }),
      h('h3', {}, t('admin.models')), h('p', {}, modelsText(effective.models)),
      live ? h('details', { class: 'group' }, h('summary', {}, t('rights.live')), h('pre', { class: 'mono', tabindex: '0' }, JSON.stringify(live, null, 2))) : null);
  }
}

/** `role/user` and the like as a link to what can be changed. */
function origin(from) {
  const text = typeof from === 'string' ? from : JSON.stringify(from ?? '–');
  const [kind, name] = text.split(/[/:]/, 2).map((part) => part.trim());
  const page = { role: 'roles', user: 'users', team: 'teams' }[kind];
  return page && name ? h('a', { href: `#/admin/${page}/${encodeURIComponent(name)}` }, text) : text;
}

function modelsText(models) {
  return models.map(({ model, from }) => `${model} (${from})`).join(', ') || t('rights.allModels');
}
