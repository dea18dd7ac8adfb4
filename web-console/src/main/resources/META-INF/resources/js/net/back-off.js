/** First wait, in milliseconds. */
const BASE_MS = 500;
/** Longest wait, in milliseconds. */
const MAX_MS = 30_000;

/**
 * Exponential back-off with jitter: half of the step is fixed and half random, so that clients that were cut together do
 * not come back together, and nobody comes back at once for ever.
 */
export class BackOff {
  #attempt = 0;
  #random;

  constructor(random = Math.random) {
    this.#random = random;
  }

  get attempt() {
    return this.#attempt;
  }

  /** Milliseconds to wait, at least `atLeastMs`. */
  next(atLeastMs = 0) {
    const step = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(this.#attempt, 10));
    this.#attempt++;
    return Math.round(Math.max(step, atLeastMs) * (0.5 + this.#random() / 2) + atLeastMs / 2);
  }

  reset() {
    this.#attempt = 0;
  }
}
