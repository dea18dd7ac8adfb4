import { newTurn } from './turns.js';

/**
 * The turns of a stored conversation, as the transcript shows them: a tree by `parent`. A refused message that was asked again
 * would look like a branch of its own; it is left out.
 */
export function turnsOf(conversation) {
  const stored = (conversation.turns ?? []).filter((turn) => turn.status !== 'refused' || (turn.siblings ?? []).length < 2);
  const turns = stored.map((turn) => turnOf(conversation, turn));
  const ids = new Map(turns.map((turn) => [turn.messageId, turn.id]));
  turns.forEach((turn, index) => {
    const parent = stored[index].parent_id;
    // What follows a message that is not shown follows the one before.
    turn.parent = parent ? ids.get(parent) ?? turns[index - 1]?.id ?? null : null;
  });
  return turns;
}

function turnOf(conversation, stored) {
  return newTurn({
    messageId: stored.message_id,
    conversationId: conversation.conversation_id,
    text: stored.text ?? null,
    textState: stored.text_state ?? null,
    model: stored.model ?? null,
    askedAt: Date.parse(stored.at) || Date.now(),
    tools: (stored.tool_calls ?? []).map(toolOf),
    answer: stored.answer ?? stored.result?.answer ?? '',
    kind: stored.regenerates ? 'regenerate' : 'message',
    target: stored.regenerates ?? null,
    ...endOf(stored),
    ...timesOf(stored),
  });
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
