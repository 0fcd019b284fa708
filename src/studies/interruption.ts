/** Why a running study stops before its end: the reason its AbortSignal carries. The person asked for it. */
export class Interruption extends Error {
  override readonly name = 'AbortError';

  constructor(readonly kind: 'pause' | 'cancel') {
    super(`The study was interrupted: ${kind}.`);
  }
}
