// EventSource as browsers have it: it reconnects by itself, with Last-Event-ID.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSource } from 'eventsource';

const url = process.env.PARLEY_URL;
const authorization = { Authorization: `Bearer ${process.env.PARLEY_TOKEN}` };

test('a stream that breaks goes on after the last event', async () => {
  // EventSource cannot set a header; this fetch stands for a page that is signed in, and can cut the line.
  const asked = [];
  let cut;
  let session;
  const source = new EventSource(`${url}/api/chat/stream`, {
    fetch: async (address, init) => {
      const target = new URL(address);
      if (session) {
        target.searchParams.set('session', session);
      }
      asked.push(init.headers['Last-Event-ID'] ?? null);
      const response = await fetch(target, { ...init, headers: { ...init.headers, ...authorization } });
      const line = new TransformStream({ start: (ends) => (cut = () => ends.terminate()) });
      response.body.pipeTo(line.writable).catch(() => {});
      const { url: from, status, redirected, headers } = response;
      return { body: line.readable, url: from, status, redirected, headers };
    },
  });
  const frames = [];
  const waiting = [];
  source.onmessage = (event) => {
    frames.push({ ...JSON.parse(event.data), id: event.lastEventId });
    waiting.splice(0).forEach((wake) => wake());
  };
  const until = async (wanted) => {
    while (!frames.some(wanted)) {
      await new Promise((wake) => waiting.push(wake));
    }
    return frames.find(wanted);
  };
  try {
    session = (await until((f) => f.type === 'welcome')).session_id;
    const posted = await fetch(`${url}/api/chat/${session}/frames`, {
      method: 'POST',
      headers: { ...authorization, 'Content-Type': 'application/json' },
      body: JSON.stringify({ type: 'message', text: 'Tell me about the sea.', model: 'demo:slow' }),
    });
    assert.equal(posted.status, 202);
    const { message_id: id } = await posted.json();
    await until((f) => f.type === 'token' && f.message_id === id && f.seq === 2);
    const last = frames.at(-1).id;
    assert.equal(last, frames.at(-1).cursor);
    cut();
    await until((f) => f.type === 'welcome' && f.resumed === true);
    assert.equal(asked.length, 2);
    assert.ok(asked[1], 'the second request says where it was');
    await fetch(`${url}/api/chat/${session}/frames`, {
      method: 'POST',
      headers: { ...authorization, 'Content-Type': 'application/json' },
      body: JSON.stringify({ type: 'stop', message_id: id }),
    });
    const done = await until((f) => f.type === 'done' && f.message_id === id);
    const tokens = frames.filter((f) => f.type === 'token' && f.message_id === id);
    assert.deepEqual(tokens.map((f) => f.seq), tokens.map((_, i) => i));
    assert.equal(tokens.map((f) => f.text).join(''), done.result.answer);
  } finally {
    source.close();
  }
});

test('a ticket in the address opens the stream', async () => {
  const answer = await fetch(`${url}/api/tickets`, { method: 'POST', headers: authorization });
  const { ticket } = await answer.json();
  const source = new EventSource(`${url}/api/chat/stream?ticket=${ticket}`);
  const welcome = await new Promise((resolve, reject) => {
    source.onmessage = (event) => resolve(JSON.parse(event.data));
    source.onerror = reject;
  });
  source.close();
  assert.equal(welcome.type, 'welcome');
});
