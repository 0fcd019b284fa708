/** The two ways in which a running study stops early without a cell having failed. */
import type { ErrorRecord } from '../core/errors.ts';

/** The person asked for it: the reason of the run's AbortSignal. */
export class Interruption extends Error {
  override readonly name = 'AbortError';

  constructor(readonly kind: 'pause' | 'cancel') {
    super(`The study was interrupted: ${kind}.`);
  }
}

/** Nothing can go on until the person has done something (a full disk, a key, a cap): the study pauses and says why. */
export class Halted extends Error {
  override readonly name = 'Halted';

  constructor(readonly record: ErrorRecord) {
    super(record.message);
  }
}
