/** How the page looks to this person, in this browser: theme, language, direction. */
const KEY = 'parley.look.1';

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export const look = read();

/** The language to use: what was chosen, else what the browser asks for. */
export function languageWanted() {
  return look.language ?? navigator.language;
}

export function applyLook(language) {
  const root = document.documentElement;
  root.lang = language;
  root.dir = look.direction ?? 'ltr';
  if (look.theme) root.dataset.theme = look.theme;
  else delete root.dataset.theme;
}

/** Keeps a choice; null takes it back. */
export function choose(name, value) {
  if (value === null) delete look[name];
  else look[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
