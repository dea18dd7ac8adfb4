/** Longest code that is coloured, in characters: a longer one would hold up the page. */
const CHARS_MAX = 20_000;

/** Languages that are served, each a file that is read when a block first needs it. */
const LANGUAGES = new Set([
  'bash', 'c', 'cpp', 'csharp', 'css', 'diff', 'dockerfile', 'go', 'ini', 'java', 'javascript', 'json', 'kotlin', 'latex', 'less', 'lua',
  'makefile', 'markdown', 'nginx', 'objectivec', 'perl', 'pgsql', 'php', 'powershell', 'properties', 'protobuf', 'python', 'r', 'ruby',
  'rust', 'scala', 'scss', 'shell', 'sql', 'swift', 'typescript', 'vbnet', 'wasm', 'xml', 'yaml',
]);
/** What people and models write instead. */
const ALIASES = {
  'c#': 'csharp', 'c++': 'cpp', cc: 'cpp', cjs: 'javascript', console: 'shell', cs: 'csharp', docker: 'dockerfile', golang: 'go', h: 'c',
  hpp: 'cpp', html: 'xml', js: 'javascript', jsonc: 'json', jsx: 'javascript', kt: 'kotlin', make: 'makefile', md: 'markdown',
  mjs: 'javascript', 'objective-c': 'objectivec', objc: 'objectivec', patch: 'diff', pl: 'perl', postgresql: 'pgsql', proto: 'protobuf',
  ps1: 'powershell', py: 'python', rb: 'ruby', rs: 'rust', sh: 'bash', svg: 'xml', tex: 'latex', toml: 'ini', ts: 'typescript',
  tsx: 'typescript', vb: 'vbnet', wat: 'wasm', yml: 'yaml', zsh: 'bash',
};
/** Languages that stand within others. */
const WITHIN = { markdown: ['xml'], php: ['xml'], shell: ['bash'], xml: ['css', 'javascript'] };

const read = new Map();
const waiting = [];
const idle = globalThis.requestIdleCallback ?? ((run) => setTimeout(run, 50));

/** Colours a finished code block when the browser has nothing better to do. Unknown languages stay as they are. */
export function highlightSoon(code, written) {
  const language = ALIASES[written.toLowerCase()] ?? written.toLowerCase();
  if (!LANGUAGES.has(language) || code.textContent.length > CHARS_MAX) return;
  waiting.push({ code, language });
  if (waiting.length === 1) colourNext();
}

/** One block for each idle period: the browser would take many of them in one go, and the next frame would wait. */
async function colourNext() {
  const { code, language } = waiting[0];
  const hljs = await library(language).catch(() => null);
  idle(() => {
    waiting.shift();
    if (waiting.length > 0) colourNext();
    if (hljs) colour(hljs, code, language);
  });
}

/** The library, once it knows the language. With all languages at once it would hold up the page for 100 ms and more. */
async function library(language) {
  const { default: hljs } = await module('../lib/highlight.js');
  for (const name of [...(WITHIN[language] ?? []), language]) await module(`../lib/languages/${name}.js`);
  return hljs;
}

/** A file that could not be read is tried again by the next block. */
function module(file) {
  if (!read.has(file)) {
    read.set(file, import(file));
    read.get(file).catch(() => read.delete(file));
  }
  return read.get(file);
}

function colour(hljs, code, language) {
  if (!code.isConnected) return;
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
