/** A mean with its interval. */
/** A mean with its n and a 95 % bootstrap interval, clustered by question. */
export interface Estimate {
  mean: number;
  /** The ends of the 95 % interval; NaN of a single question, which says nothing of how questions differ. */
  low: number;
  high: number;
  n: number;
}
