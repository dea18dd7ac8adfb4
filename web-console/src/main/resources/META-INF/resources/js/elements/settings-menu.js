import { h, icon } from '../dom.js';
import { applyLook, choose, look } from '../look.js';
import { LANGUAGES, languageInUse, t } from '../text/index.js';

/** Theme, language and direction. A theme applies at once; the others by a reload, which keeps the conversation. */
export function settingsMenu() {
  const select = (name, label, options, current, change) => h('div', { class: 'setting' },
    h('label', { for: `setting-${name}` }, label),
    h('select', { id: `setting-${name}`, testid: `setting-${name}`, on: { change: (event) => change(event.target.value) } },
      options.map(([value, text]) => h('option', { value, selected: value === current }, text))));
  const details = h('details', { class: 'menu up' },
    h('summary', { 'aria-label': t('settings.title'), title: t('settings.title'), testid: 'settings' }, icon('gear')),
    h('div', { class: 'menu-items settings' },
      select('theme', t('settings.theme'), ['system', 'light', 'dark'].map((value) => [value, t(`settings.theme.${value}`)]), look.theme ?? 'system', (value) => {
        choose('theme', value === 'system' ? null : value);
        applyLook(languageInUse());
      }),
      select('language', t('settings.language'), LANGUAGES.map((value) => [value, nameOf(value)]), languageInUse(), (value) => {
        choose('language', value);
        location.reload();
      }),
      select('direction', t('settings.direction'), ['ltr', 'rtl'].map((value) => [value, t(`settings.direction.${value}`)]), look.direction ?? 'ltr', (value) => {
        choose('direction', value === 'ltr' ? null : value);
        applyLook(languageInUse());
      })));
  details.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
  });
  details.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') details.open = false;
  });
  return details;
}

function nameOf(language) {
  return new Intl.DisplayNames(language, { type: 'language' }).of(language);
}
