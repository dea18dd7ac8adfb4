// The `ws` client, which says what a browser's socket says, and more.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import WebSocket from 'ws';

const url = process.env.PARLEY_URL.replace(/^http/, 'ws');
const headers = { Authorization: `Bearer ${process.env.PARLEY_TOKEN}` };

async function open(query = '', options = { headers }) {
  const socket = new WebSocket(`${url}/ws/chat${query}`, options.protocols ?? [], options);
  const frames = [];
  const waiting = [];
  socket.on('message', (data, binary) => {
    assert.equal(binary, false);
    frames.push(JSON.parse(data.toString()));
    waiting.splice(0).forEach((wake) => wake());
  });
  await once(socket, 'open');
  const until = async (wanted) => {
    for (;;) {
      const found = frames.find(wanted);
      if (found) {
        return found;
      }
      await new Promise((wake) => waiting.push(wake));
    }
  };
  return { socket, frames, until };
}

const textOf = (frames, id) =>
  frames.filter((f) => f.type === 'token' && f.message_id === id).map((f) => f.text).join('');

test('chats, and resumes after the line was cut', async () => {
  const first = await open();
  const welcome = await first.until((f) => f.type === 'welcome');
  first.socket.send(
    JSON.stringify({ type: 'message', text: 'Tell me about the sea.', client_msg_id: 'node-1', model: 'demo:slow' }),
  );
  const { message_id: id } = await first.until((f) => f.type === 'accepted');
  const token = await first.until((f) => f.type === 'token' && f.seq === 2);
  first.socket.terminate();
  const second = await open(`?session=${welcome.session_id}&cursor=${token.cursor}`);
  assert.equal((await second.until((f) => f.type === 'welcome')).resumed, true);
  second.socket.send(JSON.stringify({ type: 'stop', message_id: id }));
  const done = await second.until((f) => f.type === 'done' && f.message_id === id);
  const before = first.frames.slice(0, first.frames.indexOf(token) + 1);
  assert.equal(textOf(before, id) + textOf(second.frames, id), done.result.answer);
  second.socket.close();
});

test('a ping is answered with what it brought, compression is declined', async () => {
  const { socket } = await open('', { headers, perMessageDeflate: true });
  assert.equal(socket.extensions, '');
  socket.ping('are you there');
  const [payload] = await once(socket, 'pong');
  assert.equal(payload.toString(), 'are you there');
  socket.close();
  const [code] = await once(socket, 'close');
  assert.equal(code, 1005);
});

test('a ticket opens by sub-protocol, once', async () => {
  const answer = await fetch(`${process.env.PARLEY_URL}/api/tickets`, { method: 'POST', headers });
  const { ticket } = await answer.json();
  const options = { protocols: ['parley.v1', `ticket.${ticket}`] };
  const { socket } = await open('', options);
  assert.equal(socket.protocol, 'parley.v1');
  socket.close();
  const again = new WebSocket(`${url}/ws/chat`, options.protocols);
  const [, response] = await once(again, 'unexpected-response');
  assert.equal(response.statusCode, 401);
});

test('binary is closed with 1003', async () => {
  const { socket } = await open();
  socket.send(Buffer.from([1, 2, 3]));
  const [code] = await once(socket, 'close');
  assert.equal(code, 1003);
});
