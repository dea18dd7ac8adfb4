/** A request that was answered with an error, or not answered at all (`status` 0). */
export class Problem extends Error {
  constructor({ status = 0, code = null, detail = null, retryAfterS = null, limit = null }) {
    super(detail ?? code ?? `HTTP ${status}`);
    this.status = status;
    this.code = code ?? codeOf(status);
    this.detail = detail;
    this.retryAfterS = retryAfterS;
    this.limit = limit;
  }

  /** Reads an `application/problem+json` answer; anything else is judged by its status. */
  static async of(response) {
    let body = {};
    try {
      body = JSON.parse(await response.text()) ?? {};
    } catch {
      // A proxy in between may answer with a page of its own.
    }
    const header = Number(response.headers.get('retry-after'));
    return new Problem({
      status: response.status,
      code: typeof body.code === 'string' ? body.code : null,
      detail: typeof body.detail === 'string' ? body.detail : null,
      retryAfterS: body.retry_after_s ?? (Number.isFinite(header) && header > 0 ? header : null),
      limit: body.limit ?? null,
    });
  }
}

function codeOf(status) {
  switch (status) {
    case 0: return 'offline';
    case 400: return 'bad_frame';
    case 401: return 'unauthenticated';
    case 402: return 'budget_exhausted';
    case 403: return 'forbidden';
    case 404: return 'not_found';
    case 409: return 'conflict';
    case 410: return 'resume_expired';
    case 413: return 'message_too_long';
    case 429: return 'rate_limited';
    case 502: case 503: case 504: return 'unavailable';
    default: return 'internal';
  }
}
