/**
 * A turn is one question and its answer, as plain data: it is saved, compared and shown, and has no behaviour.
 *
 *   queued → sent → accepted → streaming → done | failed
 *                       └────────┴─→ missing (the session could not be resumed; the history knows)
 *
 * @typedef {object} Turn
 * @property {string} id the client_msg_id: the idempotency key of this message
 * @property {string|null} messageId given by `accepted`
 * @property {string|null} conversationId
 * @property {string|null} parent id of the turn that it follows
 * @property {string} kind `message`, or how it came beside another: `edit`, `regenerate`
 * @property {string|null} target messageId of the turn beside which it was asked
 * @property {boolean} mirrored another tab follows it; here it is only shown
 * @property {string|null} text the question; null when it was asked elsewhere
 * @property {string|null} textState why a stored question has no text
 * @property {string|null} model the model asked for
 * @property {string} state
 * @property {string} answer the text so far
 * @property {Tool[]} tools
 * @property {number} restarts how often a worker took over
 * @property {object|null} result of `done`
 * @property {object|null} error the `error` frame
 * @property {boolean} stopping the user asked to stop
 * @property {number} askedAt epoch milliseconds
 * @property {number|null} firstMs until the first text
 * @property {number|null} totalMs until the end
 *
 * @typedef {object} Tool
 * @property {string} callId
 * @property {string} status `running`, `waiting` (for approval), `approved`, or that of `tool_result`
 */

export const RUNNING = new Set(['accepted', 'streaming']);
export const UNANSWERED = new Set(['queued', 'sent', 'accepted', 'streaming', 'missing']);

/** @returns {Turn} */
export function newTurn(fields) {
  return {
    id: randomId(),
    messageId: null,
    conversationId: null,
    parent: null,
    kind: 'message',
    target: null,
    mirrored: false,
    text: null,
    textState: null,
    model: null,
    state: 'queued',
    answer: '',
    tools: [],
    restarts: 0,
    result: null,
    error: null,
    stopping: false,
    askedAt: Date.now(),
    firstMs: null,
    totalMs: null,
    ...fields,
  };
}

/** 128 random bits; `crypto.randomUUID` would need a secure context, which a bare host name is not. */
export function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Applies a frame that belongs to this turn. After the end nothing changes it any more. */
export function applyToTurn(turn, frame, now = Date.now()) {
  if (turn.state === 'done' || turn.state === 'failed') return;
  switch (frame.type) {
    case 'accepted':
      turn.messageId = frame.message_id;
      turn.conversationId = frame.conversation_id;
      if (turn.state !== 'streaming') turn.state = 'accepted';
      break;
    case 'token':
      turn.state = 'streaming';
      turn.firstMs ??= now - turn.askedAt;
      turn.answer += frame.text ?? '';
      break;
    case 'restart':
      turn.restarts++;
      turn.answer = turn.answer.slice(0, frame.keep ?? 0);
      break;
    case 'tool_call':
      Object.assign(toolOf(turn, frame), { status: 'running' });
      break;
    case 'approval':
      Object.assign(toolOf(turn, frame), { status: 'waiting', expiresAt: frame.expires_at });
      break;
    case 'tool_result':
      Object.assign(toolOf(turn, frame), { status: frame.status, durationMs: frame.duration_ms, text: frame.text ?? '' });
      break;
    case 'done':
      turn.state = 'done';
      turn.result = frame.result;
      turn.totalMs = now - turn.askedAt;
      // The stored answer is the truth, and the same text: this only heals a page that missed something.
      if (typeof frame.result?.answer === 'string' && frame.result.answer !== turn.answer) {
        turn.healed = true;
        console.warn('the stored answer differs from the streamed one', turn.messageId);
        turn.answer = frame.result.answer;
      }
      settleTools(turn);
      break;
    case 'error':
      turn.state = 'failed';
      turn.error = frame;
      turn.totalMs = now - turn.askedAt;
      settleTools(turn);
      break;
    default:
  }
}

function toolOf(turn, frame) {
  let tool = turn.tools.find((known) => known.callId === frame.call_id);
  if (!tool) {
    tool = { callId: frame.call_id, server: '', tool: '', arguments: null, status: 'running', at: turn.answer.length };
    turn.tools.push(tool);
  }
  if (frame.tool) Object.assign(tool, { server: frame.server, tool: frame.tool, arguments: frame.arguments });
  return tool;
}

/** A call whose result never came did not end well. */
function settleTools(turn) {
  for (const tool of turn.tools) {
    if (tool.status === 'running' || tool.status === 'waiting' || tool.status === 'approved') tool.status = 'error';
  }
}
