import { fill, h, icon } from '../dom.js';

/**
 * A button that opens a small menu. `items` answers, each time it opens, what is in it: {label, testid, icon, act, danger}.
 */
export function menu({ label, testid, glyph = 'more', items }) {
  const body = h('div', { class: 'menu-items', role: 'menu', 'aria-label': label });
  const summary = h('summary', { 'aria-label': label, title: label, 'aria-haspopup': 'menu', testid }, icon(glyph));
  const details = h('details', { class: 'menu' }, summary, body);
  const close = (refocus) => {
    details.open = false;
    if (refocus) summary.focus();
  };
  details.addEventListener('toggle', () => {
    if (!details.open) return;
    fill(body, items().map((item) => h('button', {
      type: 'button', role: 'menuitem', class: item.danger ? 'danger' : null, testid: item.testid,
      on: { click: () => { close(true); item.act(); } },
    }, item.icon ? icon(item.icon) : null, item.label)));
    body.querySelector('button')?.focus();
  });
  details.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) close(false);
  });
  details.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && details.open) {
      event.stopPropagation();
      close(true);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const buttons = [...body.querySelectorAll('button')];
      const at = buttons.indexOf(document.activeElement);
      event.preventDefault();
      buttons.at((at + (event.key === 'ArrowDown' ? 1 : -1)) % buttons.length)?.focus();
    }
  });
  return details;
}
