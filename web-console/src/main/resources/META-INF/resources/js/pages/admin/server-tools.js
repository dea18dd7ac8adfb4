import { fill, h, icon } from '../../dom.js';
import { explain } from '../../text/errors.js';
import { t } from '../../text/index.js';
import { Note } from '../frame.js';

/** The tools that an MCP server offers: new and changed ones wait here until somebody accepts them. */
export class ServerTools {
  #api;
  #server;
  #note = new Note({ explain });
  #list = h('ul', { class: 'server-tools', testid: 'server-tools' });

  constructor(api, server) {
    this.#api = api;
    this.#server = `/api/admin/mcp-servers/${encodeURIComponent(server)}/tools`;
    this.element = h('section', { class: 'group' }, h('h3', {}, t('tools.title')), this.#note.element, this.#list);
    this.#load();
  }

  #load() {
    return this.#note.attempt(async () => {
      const { items, error } = await this.#api.get(this.#server);
      fill(this.#list, items.map((tool) => this.#item(tool)));
      this.#note.say(error ? t('tools.error', { error }) : items.length === 0 ? t('tools.none') : '');
    });
  }

  #item(tool) {
    return h('li', { class: 'server-tool', 'data-state': tool.state },
      h('div', { class: 'row' }, h('strong', { dir: 'ltr' }, tool.tool), h('span', { class: `chip state-${tool.state}` }, t(`tools.state.${tool.state}`)), h('span', { class: 'spring' }),
        tool.state === 'accepted' ? null : h('button', { type: 'button', class: 'secondary', testid: `accept-${tool.tool}`, on: { click: () => this.#accept(tool) } }, icon('check'), t('tools.accept'))),
      h('p', { dir: 'auto' }, tool.description),
      h('details', {}, h('summary', {}, t('tools.schema')), h('pre', { class: 'mono', tabindex: '0', dir: 'ltr' }, JSON.stringify(tool.input_schema, null, 2))));
  }

  async #accept(tool) {
    await this.#note.attempt(() => this.#api.post(`${this.#server}/${encodeURIComponent(tool.tool)}/accept`, { hash: tool.hash }));
    await this.#load();
  }
}
