// The official client of the OpenAI interface, unmodified: the same token is its key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

const url = process.env.PARLEY_URL;
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.PARLEY_TOKEN, maxRetries: 0 });
const messages = [
  { role: 'system', content: 'You are brief.' },
  { role: 'user', content: 'Tell me about the sea.' },
];

test('answers whole', async () => {
  const answer = await client.chat.completions.create({ model: 'demo', messages });
  assert.equal(answer.object, 'chat.completion');
  assert.ok(answer.choices[0].message.content.length > 20);
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
});

test('streams, with usage at the end', async () => {
  const stream = await client.chat.completions.create({
    model: 'demo',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let reason;
  let usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    reason ??= chunk.choices[0]?.finish_reason;
    usage ??= chunk.usage;
  }
  assert.ok(text.length > 20);
  assert.equal(reason, 'stop');
  assert.ok(usage.completion_tokens > 0);
});

test('streams through the helper that puts the answer together', async () => {
  const runner = client.chat.completions.stream({ model: 'demo', messages });
  const whole = await runner.finalChatCompletion();
  assert.ok(whole.choices[0].message.content.length > 20);
});

test('an abort ends the stream, and the next question is answered', async () => {
  const stream = await client.chat.completions.create({ model: 'demo:slow', messages, stream: true });
  let chunks = 0;
  for await (const _ of stream) {
    if (++chunks === 3) {
      stream.controller.abort();
    }
  }
  assert.equal(chunks, 3);
  const answer = await client.chat.completions.create({ model: 'demo', messages });
  assert.ok(answer.choices[0].message.content.length > 20);
});

test('lists models', async () => {
  const names = [];
  for await (const model of client.models.list()) {
    names.push(model.id);
  }
  assert.ok(names.includes('demo'), `${names}`);
});

test('errors are the errors of that interface', async () => {
  const nobody = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
  await assert.rejects(nobody.models.list(), OpenAI.AuthenticationError);
  await assert.rejects(
    client.chat.completions.create({ model: 'demo', messages: [] }),
    (e) => e instanceof OpenAI.BadRequestError && e.error.message.length > 0,
  );
  const limited = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: process.env.PARLEY_LIMITED_TOKEN,
    maxRetries: 0,
  });
  await assert.rejects(
    limited.chat.completions.create({ model: 'demo', messages, stream: true }),
    (e) => e instanceof OpenAI.RateLimitError || e.status === 402,
  );
});
