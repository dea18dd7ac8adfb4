/** Longest code that is coloured, in characters: a longer one would hold up the page. */
const CHARS_MAX = 20_000;

let library = null;

/** Colours a finished code block when the browser has nothing better to do. Unknown languages stay as they are. */
export function highlightSoon(code, language) {
  if (!language || code.textContent.length > CHARS_MAX) return;
  library ??= import('../lib/highlight.js').then((module) => module.default);
  const idle = globalThis.requestIdleCallback ?? ((run) => setTimeout(run, 50));
  library.then((hljs) => idle(() => colour(hljs, code, language))).catch(() => {
    library = null;
  });
}

function colour(hljs, code, language) {
  if (!code.isConnected || !hljs.getLanguage(language)) return;
  const text = code.textContent;
  // The token tree, not the library's HTML: nothing here parses markup.
  const root = hljs.highlight(text, { language, ignoreIllegals: true })._emitter.rootNode;
  const nodes = root.children.map(node);
  const coloured = nodes.map((each) => each.textContent ?? each).join('');
  if (coloured === text && code.textContent === text) code.replaceChildren(...nodes);
}

function node(part) {
  if (typeof part === 'string') return document.createTextNode(part);
  const span = document.createElement('span');
  if (part.scope) span.className = `hl-${part.scope.split('.')[0]}`;
  span.append(...part.children.map(node));
  return span;
}
