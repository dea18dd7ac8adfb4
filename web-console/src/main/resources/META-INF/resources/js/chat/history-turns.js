import { newTurn } from './turns.js';

/** The turns of a stored conversation, as the transcript shows them. */
export function turnsOf(conversation) {
  return (conversation.turns ?? []).map((stored) => newTurn({
    messageId: stored.message_id,
    conversationId: conversation.conversation_id,
    text: stored.text ?? null,
    textState: stored.text_state ?? null,
    model: stored.model ?? null,
    askedAt: Date.parse(stored.at) || Date.now(),
    tools: (stored.tool_calls ?? []).map(toolOf),
    answer: stored.answer ?? stored.result?.answer ?? '',
    ...endOf(stored),
    ...timesOf(stored),
  }));
}

/** A turn that still runs elsewhere is one whose end is to be looked up. */
function endOf(stored) {
  switch (stored.status) {
    case 'done':
    case 'stopped':
      return { state: 'done', result: { ...stored.usage, ...stored.result } };
    case 'failed':
    case 'refused':
      return {
        state: 'failed',
        error: {
          code: stored.code, error: stored.error, limit: stored.limit, retry_after_s: stored.retry_after_s, partial: Boolean(stored.answer),
        },
      };
    default:
      return { state: 'missing' };
  }
}

function timesOf({ at, timing }) {
  const since = (time) => (time && Date.parse(time) >= Date.parse(at) ? Date.parse(time) - Date.parse(at) : null);
  return { firstMs: since(timing?.first_token_at), totalMs: since(timing?.ended_at) };
}

function toolOf(call) {
  return {
    callId: call.call_id,
    server: call.server,
    tool: call.tool,
    arguments: call.arguments ?? null,
    status: call.status,
    durationMs: call.duration_ms,
    text: call.text ?? '',
  };
}
