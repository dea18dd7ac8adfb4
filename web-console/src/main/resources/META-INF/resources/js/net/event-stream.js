/** Longest event that is kept, in characters; a longer one means that the stream is not ours. */
const EVENT_CHARS_MAX = 4_000_000;

/**
 * Reads `text/event-stream` bytes (WHATWG HTML, section 9.2) and calls `onData` with the joined `data` and the last id of each
 * event, and `onActivity` for every chunk, comments included. Ends when the stream ends; throws when it breaks.
 */
export async function readEvents(body, { onData, onActivity }) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser(onData);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onActivity();
    parser.feed(value);
  }
}

export class EventParser {
  #rest = '';
  #data = [];
  #size = 0;
  #id = null;
  #onData;

  constructor(onData) {
    this.#onData = onData;
  }

  feed(chunk) {
    const text = this.#rest + chunk;
    let start = 0;
    for (;;) {
      const end = lineEnd(text, start);
      if (end < 0) break;
      this.#line(text.slice(start, end));
      start = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > EVENT_CHARS_MAX) throw new Error('event too long');
  }

  #line(line) {
    if (line === '') {
      if (this.#data.length > 0) this.#onData(this.#data.join('\n'), this.#id);
      this.#data = [];
      this.#size = 0;
      return;
    }
    if (line.startsWith('id:')) this.#id = line.slice(line[3] === ' ' ? 4 : 3);
    if (!line.startsWith('data')) return;
    if (line.length > 4 && line[4] !== ':') return;
    const value = line.slice(line[5] === ' ' ? 6 : 5);
    this.#size += value.length;
    if (this.#size > EVENT_CHARS_MAX) throw new Error('event too long');
    this.#data.push(value);
  }
}

/** Index of the next line end; a CR that ends the text waits, since its LF may come with the next chunk. */
function lineEnd(text, from) {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) return i;
    if (c === 13) return i + 1 < text.length ? i : -1;
  }
  return -1;
}
