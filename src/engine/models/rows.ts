/**
 * How the rows of an activation matrix [K * B * T, d] lie: K adapters, each with a batch of B sequences of T tokens.
 * A run without adapters has K = 1.
 */
export interface Rows {
  adapters: number;
  batch: number;
  length: number;
}

export function rowCount({ adapters, batch, length }: Rows): number {
  return adapters * batch * length;
}
