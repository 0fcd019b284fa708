/** Straight scales and round ticks; all the arithmetic of axes the figures need. */

/** Maps a domain onto pixels. */
export function linear([d0, d1]: readonly [number, number], [r0, r1]: readonly [number, number]): (value: number) => number {
  const slope = d1 === d0 ? 0 : (r1 - r0) / (d1 - d0);
  return (value) => r0 + (value - d0) * slope;
}

/** Round values inside [low, high], about `wanted` of them, 1, 2 or 5 times a power of ten apart. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low];
  const step = niceStep((high - low) / wanted);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => round((first + i) * step));
}

/** The smallest round domain that holds all values and 0. */
export function aroundZero(values: readonly number[], wanted = 6): [number, number] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  if (low === high) return [-1, 1];
  const step = niceStep((high - low) / wanted);
  return [round(Math.floor(low / step) * step), round(Math.ceil(high / step) * step)];
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

/** Takes the dust of binary fractions off: 0.30000000000000004 is 0.3. */
function round(value: number): number {
  return Number(value.toPrecision(12)) + 0;
}
