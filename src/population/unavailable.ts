/** No usable answer came from the population database. It is asked again later; nothing is ever taken for confirmed. */
export class PopulationUnavailable extends Error {
  readonly reason: 'no-connection' | 'took-too-long' | 'refused' | 'failing' | 'answer-not-usable' | 'circuit-open';
  readonly retryAfterSeconds: number | undefined;
  constructor(reason: PopulationUnavailable['reason'], retryAfterSeconds?: number) {
    super(`the population database gave no usable answer: ${reason}`);
    this.name = 'PopulationUnavailable';
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same question may fare better in a moment. */
  get isPassing(): boolean {
    return this.reason === 'no-connection' || this.reason === 'took-too-long' || this.reason === 'failing';
  }
}
