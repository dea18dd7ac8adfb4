import { h } from '../dom.js';
import { t } from '../text/index.js';

/**
 * Asks in a dialog. `fields` are controls with a label; `confirm` is the word on the button; `danger` marks what cannot be taken
 * back; `typed` must be typed as it stands before the button works. Resolves with the entered values, or null.
 */
export function askDialog({ title, text = null, fields = [], confirm, danger = false, typed = null, testid = 'dialog' }) {
  return new Promise((resolve) => {
    const inputs = fields.map((field) => ({
      ...field,
      control: field.control ?? h('input', { type: field.type ?? 'text', value: field.value ?? '', required: field.required, dir: 'auto', testid: field.testid ?? `${testid}-${field.name}` }),
    }));
    const proof = typed === null ? null : h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', testid: `${testid}-typed` });
    const go = h('button', { type: 'submit', class: danger ? 'primary danger' : 'primary', testid: `${testid}-confirm`, disabled: typed !== null }, confirm);
    proof?.addEventListener('input', () => {
      go.disabled = proof.value !== typed;
    });
    const dialog = h('dialog', { class: 'card', 'aria-labelledby': 'ask-title', testid },
      h('form', { method: 'dialog' },
        h('h2', { id: 'ask-title' }, title), text ? h('p', { class: 'muted' }, text) : null,
        inputs.map((field, index) => labelled(`ask-${index}`, field.label, field.control)),
        proof ? labelled('ask-typed', t('form.typeToConfirm', { text: typed }), proof) : null,
        h('div', { class: 'row end' },
          h('button', { type: 'button', class: 'secondary', testid: `${testid}-cancel`, on: { click: () => dialog.close() } }, t('form.cancel')), go)));
    let values = null;
    dialog.querySelector('form').addEventListener('submit', () => {
      values = Object.fromEntries(inputs.map(({ name, control }) => [name, control.type === 'checkbox' ? control.checked : control.value]));
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(values);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function labelled(id, label, control, hint = null) {
  control.id = id;
  if (hint) control.setAttribute('aria-describedby', `${id}-hint`);
  return h('div', { class: 'field' }, h('label', { for: id }, label), control, hint ? h('p', { class: 'hint', id: `${id}-hint` }, hint) : null);
}
