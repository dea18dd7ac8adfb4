import { newTurn } from './turns.js';

/**
 * The turns of a stored conversation as the transcript shows them. A stored turn is a question or an answer (`role`), or both
 * in one; what belongs together has the same `message_id`.
 */
export function turnsOf(conversation) {
  const turns = new Map();
  for (const stored of conversation.turns ?? []) {
    const messageId = stored.message_id ?? stored.id;
    if (!messageId) continue;
    if (!turns.has(messageId)) {
      turns.set(messageId, newTurn({
        messageId,
        conversationId: conversation.conversation_id ?? conversation.id ?? null,
        state: 'missing',
        askedAt: Date.parse(stored.at ?? stored.created_at ?? stored.time) || Date.now(),
      }));
    }
    merge(turns.get(messageId), stored);
  }
  return [...turns.values()];
}

function merge(turn, stored) {
  switch (stored.role ?? stored.kind) {
    case 'user':
      turn.text = stored.text ?? '';
      break;
    case 'assistant':
      answer(turn, stored, stored.text);
      break;
    default:
      turn.text = stored.question ?? stored.text ?? turn.text;
      answer(turn, stored, stored.answer);
  }
}

function answer(turn, stored, text) {
  turn.tools = (stored.tool_calls ?? []).filter((call) => typeof call === 'object').map((call) => ({
    callId: call.call_id,
    server: call.server ?? '',
    tool: call.tool ?? '',
    arguments: call.arguments ?? null,
    status: call.status ?? 'ok',
    durationMs: call.duration_ms,
    text: call.text ?? call.result ?? '',
  }));
  const code = stored.code ?? stored.error_code ?? null;
  if (code) {
    turn.answer = text ?? '';
    turn.error = { code, partial: Boolean(text) };
    turn.state = 'failed';
  } else if (typeof text === 'string') {
    turn.answer = text;
    turn.result = { ...stored, ...stored.result, ...stored.usage };
    turn.state = 'done';
  }
}
