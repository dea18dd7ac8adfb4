/** What a client does after a close (the table of close codes in the wire contract). */
const STOP = { next: 'stop' };

const CODES = new Map([
  [1002, STOP],
  [1003, STOP],
  [1007, STOP],
  [1008, STOP],
  [1009, STOP],
  [1012, { next: 'reconnect' }],
  [1013, { next: 'reconnect', waitMs: 5_000 }],
  [4401, { next: 'sign-in' }],
  [4403, STOP],
  [4409, STOP],
  [4429, { next: 'reconnect', waitMs: 10_000 }],
]);

/** The next step after a close code; an unknown one, or a socket that just died, is worth another try. */
export function afterClose(code) {
  return CODES.get(code) ?? { next: 'reconnect' };
}

/** The next step after a refused request for a ticket or a stream. */
export function afterProblem(problem) {
  if (problem.status === 401) return { next: 'sign-in' };
  if (problem.status === 403 || problem.status === 404) return STOP;
  if (problem.retryAfterS) return { next: 'reconnect', waitMs: problem.retryAfterS * 1000 };
  return { next: 'reconnect' };
}
