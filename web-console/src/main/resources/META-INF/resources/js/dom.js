/**
 * Builds DOM nodes. Text only ever becomes text nodes: nothing in this console parses HTML, so nothing that a model, a
 * tool or another person wrote can become markup.
 */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} tag element name
 * @param {object} [props] `class`, `on` ({event: listener}), `testid`, booleans and attributes
 * @param {...(Node|string|null|undefined|false|Array)} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === 'testid') {
      element.dataset.testid = value;
    } else if (name === 'value') {
      element.value = value;
    } else if (name === 'checked') {
      element.checked = Boolean(value);
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(element, children);
  return element;
}

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child);
  }
}

/** Replaces all children. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
  return parent;
}

/** Sets text only when it changed, so that an idle region causes no layout and no announcement. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const ICONS = {
  send: 'M12 19V6M6 11.5 12 5.5l6 6',
  stop: 'M8 8h8v8H8z',
  plus: 'M12 5v14M5 12h14',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zm5-2 4.5 4.5',
  download: 'M12 4v11m-5-4.5 5 5 5-5M5 20h14',
  tool: 'M14.5 6.5a4 4 0 0 0-5.3 5L4 16.7 7.3 20l5.2-5.2a4 4 0 0 0 5-5.3L15 12l-3-3z',
  retry: 'M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4',
  alert: 'M12 8v5m0 3.2v.3M12 3.5 2.8 19.5h18.4z',
  down: 'm6 9.5 6 6 6-6',
  out: 'M14 5H6v14h8M10.5 12H20m-3.5-3.5L20 12l-3.5 3.5',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13.5 6.5l4 4',
  left: 'm14.5 6-6 6 6 6',
  right: 'm9.5 6 6 6-6 6',
  flow: 'M4 6h7M8 12h9M13 18h7',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  archive: 'M4 5h16v4H4zM6 9v10h12V9M10 13h4',
  upload: 'M12 20V9m-5 4.5 5-5 5 5M5 4h14',
  shield: 'M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6z',
  gear: 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 3v3m0 12v3M3 12h3m12 0h3M5.6 5.6l2.2 2.2m8.4 8.4 2.2 2.2m0-12.8-2.2 2.2m-8.4 8.4-2.2 2.2',
  chat: 'M4 5h16v11H9l-5 4z',
  bolt: 'M13 3 5 14h6l-1 7 8-11h-6z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  play: 'M8 5.5v13l10-6.5z',
  pause: 'M8 5.5v13M16 5.5v13',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13',
  key: 'M15.5 4a4.5 4.5 0 1 1-3.2 7.7L5 19v1h3v-2h2v-2l3.5-3.5',
};

/** A decorative line icon; the control that holds it carries the name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** Copies text; answers whether it worked (the clipboard needs a secure context, the fallback does not). */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'offscreen', value: text, 'aria-hidden': 'true' });
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}

/** A button that copies and shows for a moment that it did. */
export function copyButton(label, text, testid) {
  const button = h('button', { type: 'button', class: 'icon-button copy', 'aria-label': label, title: label, testid }, icon('copy'));
  button.addEventListener('click', async () => {
    if (!(await copyText(text()))) return;
    fill(button, icon('check'));
    button.classList.add('copied');
    setTimeout(() => {
      fill(button, icon('copy'));
      button.classList.remove('copied');
    }, 1500);
  });
  return button;
}

/** A button with an icon and a name that only a screen reader or a tooltip says. */
export function iconButton(name, label, testid, click, props = {}) {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, testid, on: { click }, ...props }, icon(name));
}

/** Hands a blob to the person as a file. */
export function saveAs(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = h('a', { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The element that has the focus, also inside of shadow trees. */
export function focused(root = document) {
  let element = root.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}
