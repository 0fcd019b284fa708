/**
 * Means with percentile bootstrap intervals (Efron and Tibshirani 1993, chapter 13), clustered: what is drawn with replacement is
 * questions, not grades, because the grades of one question (its turns, its languages, its models' pairs) hang together.
 */
import { LabError } from '../core/errors.ts';
import { Rng } from '../core/rng.ts';
import type { Estimate } from '../records/estimate.ts';

/** One number that goes into a mean. */
export interface Observation {
  /** What is drawn together: the question's number. */
  cluster: string;
  /** What is averaged apart first: the language. The estimate is the mean of the strata's means. */
  stratum: string;
  value: number;
}

/** No data is no number: `n` is 0 and the rest is NaN, so that it cannot be mistaken for a score. */
export const NO_ESTIMATE: Estimate = { mean: NaN, low: NaN, high: NaN, n: 0 };

/** A stratum's data by cluster index. */
interface Stratum {
  sums: Float64Array;
  counts: Float64Array;
}

export class Bootstrap {
  private readonly draws = new Map<number, Uint32Array>();

  constructor(
    private readonly seed: number | string = 0,
    private readonly resamples = 1000,
  ) {}

  /**
   * The mean with its 95 % interval and the number of observations behind it. The interval is NaN where there is none: one question
   * says nothing of how questions differ, and where no resample differs a width of 0 would look sure.
   *
   * @throws LabError `statistics.not-finite`
   */
  estimate(observations: readonly Observation[]): Estimate {
    if (observations.length === 0) return NO_ESTIMATE;
    const broken = observations.find(({ value }) => !Number.isFinite(value));
    if (broken) throw new LabError('statistics.not-finite', `An observation of question ${broken.cluster} is ${broken.value}: there is no mean.`, 'Leave out what has no value, and count it apart.', { ...broken });
    const { strata, clusters } = arrange(observations);
    const whole = Uint32Array.from({ length: clusters }, (_, i) => i);
    const mean = meanOf(strata, whole, 0, clusters);
    if (clusters === 1) return { mean, low: NaN, high: NaN, n: observations.length };
    const drawn = this.drawsOf(clusters);
    const means = new Float64Array(this.resamples);
    for (let r = 0; r < this.resamples; r++) means[r] = meanOf(strata, drawn, r * clusters, clusters);
    means.sort();
    const [low, high] = [quantile(means, 0.025), quantile(means, 0.975)];
    // Means of equal values in another order differ by rounding.
    const varies = high - low > 1e-12 * Math.max(1, Math.abs(mean));
    return { mean, low: varies ? low : NaN, high: varies ? high : NaN, n: observations.length };
  }

  /** Cluster indices of all resamples: the same for every estimate over as many clusters. */
  private drawsOf(clusters: number): Uint32Array {
    let drawn = this.draws.get(clusters);
    if (!drawn) {
      const rng = new Rng(`${this.seed}/bootstrap/${clusters}`);
      drawn = Uint32Array.from({ length: this.resamples * clusters }, () => rng.int(clusters));
      this.draws.set(clusters, drawn);
    }
    return drawn;
  }
}

function arrange(observations: readonly Observation[]): { strata: Stratum[]; clusters: number } {
  // By name, so that the order in which records were stored or merged does not move the interval.
  const index = new Map([...new Set(observations.map(({ cluster }) => cluster))].sort().map((cluster, i) => [cluster, i]));
  const strata = new Map<string, Stratum>();
  for (const { cluster, stratum: name, value } of observations) {
    let stratum = strata.get(name);
    if (!stratum) strata.set(name, (stratum = { sums: new Float64Array(index.size), counts: new Float64Array(index.size) }));
    const i = index.get(cluster) as number;
    stratum.sums[i] = (stratum.sums[i] as number) + value;
    stratum.counts[i] = (stratum.counts[i] as number) + 1;
  }
  return { strata: [...strata.values()], clusters: index.size };
}

/** Mean of the strata's means over the drawn clusters; a stratum of which nothing was drawn does not count. */
function meanOf(strata: readonly Stratum[], drawn: Uint32Array, from: number, clusters: number): number {
  let total = 0;
  let present = 0;
  for (const { sums, counts } of strata) {
    let sum = 0;
    let count = 0;
    for (let k = from; k < from + clusters; k++) {
      const i = drawn[k] as number;
      sum += sums[i] as number;
      count += counts[i] as number;
    }
    if (count > 0) {
      total += sum / count;
      present++;
    }
  }
  // Every cluster has data in some stratum, so something is always present.
  return total / present;
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). `sorted` ascends and is not empty. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

/** The middle value, or the mean of the two in the middle. NaN of nothing, and where a value is NaN, which sorting would put last. */
export function median(values: readonly number[]): number {
  return values.length === 0 || values.some(Number.isNaN) ? NaN : quantile(Float64Array.from(values).sort(), 0.5);
}
