/**
 * The one error class of the lab. A message is written for the person in front of the screen:
 * what happened and where (`message`), and what to do about it (`hint`).
 */
export class LabError extends Error {
  override readonly name = 'LabError';

  /**
   * @param code stable, dotted, machine-readable: `room.what`, e.g. `datasets.no-layout`
   * @param message what happened, and where
   * @param hint what the person can do now
   * @param data facts for tests, logs and the error panel; never secrets
   */
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly data: Record<string, unknown> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** A structured-cloneable form, for crossing a worker boundary or being stored. */
  toRecord(): ErrorRecord {
    return { code: this.code, message: this.message, hint: this.hint, data: this.data };
  }

  static fromRecord(record: ErrorRecord): LabError {
    return new LabError(record.code, record.message, record.hint, record.data);
  }

  /** Wraps anything thrown so that every failure the lab shows has a code and a hint. */
  static from(thrown: unknown, code: string, hint: string): LabError {
    if (thrown instanceof LabError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new LabError(code, message, hint, {}, { cause: thrown });
  }
}

export interface ErrorRecord {
  code: string;
  message: string;
  hint: string;
  data: Record<string, unknown>;
}
