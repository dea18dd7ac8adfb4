import { h } from '../../dom.js';
import { money, t } from '../../text/index.js';
import { PageFrame } from '../frame.js';
import { shown } from '../table.js';
import { BlocksPart } from './blocks-part.js';
import { EntityPart, summary } from './entity-part.js';
import { HealthPart } from './health-part.js';
import { LiveFlowPart } from './live-flow-part.js';
import { PolicyPart } from './policy-part.js';
import { RightsPart } from './rights-part.js';
import { ServerTools } from './server-tools.js';

export function create(context) {
  const catalog = () => toolCatalog(context.api);
  return new PageFrame('admin', t('nav.admin'), context, {
    users: { label: t('admin.users'), create: () => new EntityPart(context, users(), catalog) },
    roles: { label: t('admin.roles'), create: () => new EntityPart(context, roles(), catalog) },
    teams: { label: t('admin.teams'), create: () => new EntityPart(context, teams()) },
    models: { label: t('admin.models'), create: () => new EntityPart(context, models()) },
    tools: { label: t('admin.servers'), create: () => new EntityPart(context, servers()) },
    rights: { label: t('admin.rights'), create: () => new RightsPart(context) },
    blocks: { label: t('admin.blocks'), create: () => new BlocksPart(context) },
    live: { label: t('admin.live'), create: () => new LiveFlowPart(context) },
    health: { label: t('admin.health'), create: () => new HealthPart(context) },
    policy: { label: t('admin.policy'), create: () => new PolicyPart(context) },
  });
}

/** The servers and their tools, for the forms; whatever cannot be read counts as unknown. */
async function toolCatalog(api) {
  const read = new Map();
  const toolsOf = (server) => {
    if (!read.has(server)) {
      read.set(server, api.get(`/api/admin/mcp-servers/${encodeURIComponent(server)}/tools`).then(({ items }) => items.map(({ tool }) => tool), () => []));
    }
    return read.get(server);
  };
  const servers = await api.get('/api/admin/mcp-servers', { limit: 200 }).then(({ items }) => items.map(({ name }) => name), () => []);
  return { servers, toolsOf };
}

const limitsField = () => ({ name: 'limits', kind: 'limits', label: t('admin.limits') });
const toolsField = () => ({ name: 'tools', kind: 'tools', label: t('admin.toolRights') });
const modelsField = () => ({ name: 'models', kind: 'lines', label: t('admin.models'), hint: t('admin.modelsHint') });
const welcomeField = () => ({ name: 'welcome', kind: 'area', label: t('admin.welcome'), hint: t('admin.welcomeHint') });

function users() {
  return {
    id: 'users', path: '/api/admin/users', title: t('admin.users'), one: t('admin.user'), hint: t('admin.usersHint'), nameHint: t('admin.userNameHint'),
    fields: [
      { name: 'role', kind: 'text', label: t('admin.role'), hint: t('admin.roleHint') }, { name: 'team', kind: 'text', label: t('admin.team') },
      welcomeField(), modelsField(), limitsField(), toolsField(),
    ],
    columns: [
      { label: t('admin.role'), value: (item) => shown(item.role) }, { label: t('admin.team'), value: (item) => shown(item.team) },
      { label: t('admin.limits'), wide: true, value: (item) => summary(item.limits) },
    ],
    more: (item) => (item ? h('p', {}, h('a', { href: `#/admin/rights/${encodeURIComponent(item.name)}`, testid: 'to-rights' }, t('admin.showRights'))) : null),
  };
}

function roles() {
  return {
    id: 'roles', path: '/api/admin/roles', title: t('admin.roles'), one: t('admin.role'), hint: t('admin.rolesHint'),
    fields: [{ name: 'queue', kind: 'bool', label: t('admin.queue') }, welcomeField(), modelsField(), limitsField(), toolsField()],
    columns: [
      { label: t('admin.models'), value: (item) => (item.models?.length === 1 && item.models[0] === '*' ? t('admin.all') : shown(item.models)) },
      { label: t('admin.limits'), wide: true, value: (item) => summary(item.limits) },
      { label: t('admin.toolRights'), value: (item) => summary(item.tools) },
    ],
  };
}

function teams() {
  return {
    id: 'teams', path: '/api/admin/teams', title: t('admin.teams'), one: t('admin.team'), hint: t('admin.teamsHint'),
    fields: [limitsField()],
    columns: [{ label: t('admin.limits'), wide: true, value: (item) => summary(item.limits) }],
  };
}

function models() {
  return {
    id: 'models', path: '/api/admin/models', title: t('admin.models'), one: t('admin.model'), hint: t('admin.modelsPageHint'), nameHint: t('admin.modelNameHint'),
    fields: [
      { name: 'routes', kind: 'json', label: t('admin.routes'), hint: t('admin.routesHint') },
      { name: 'price', kind: 'json', label: t('admin.price'), hint: t('admin.priceHint') },
    ],
    columns: [
      { label: t('admin.routes'), wide: true, value: (item) => (item.routes ?? []).map((route) => `${route.provider}${route.weight ? ` ×${route.weight}` : ''}`).join(', ') || '–' },
      { label: t('admin.pricePer'), value: (item) => (item.price ? h('span', { class: 'moment' }, `${money(item.price.input)} / ${money(item.price.output)}`) : '–') },
    ],
  };
}

function servers() {
  return {
    id: 'servers', path: '/api/admin/mcp-servers', title: t('admin.servers'), one: t('admin.server'), hint: t('admin.serversHint'),
    fields: [
      { name: 'transport', kind: 'select', label: t('admin.transport'), options: [['http', 'HTTP'], ['stdio', 'stdio']] },
      { name: 'url', kind: 'text', label: t('admin.url'), hint: t('admin.urlHint') },
      { name: 'command', kind: 'lines', label: t('admin.command'), hint: t('admin.commandHint') },
      { name: 'credential', kind: 'text', label: t('admin.credential'), hint: t('admin.credentialHint') },
      { name: 'allow_private_network', kind: 'bool', label: t('admin.privateNetwork') },
    ],
    columns: [
      { label: t('admin.transport'), value: (item) => item.transport },
      { label: t('admin.address'), wide: true, value: (item) => item.url ?? (item.command ?? []).join(' ') },
    ],
    more: (item, api) => (item ? new ServerTools(api, item.name).element : null),
  };
}
