/**
 * The colour of a score. Two stretches with a step between them: on every colour of the lower one the dark (or, in
 * dark mode, light) ink has at least 4.5:1, on every colour of the upper one the other ink has. Lightness runs one way
 * through both, so the order survives any colour blindness and a black-and-white print.
 */
export const SCORE_LOW = 1;
export const SCORE_HIGH = 10;
const STEP_AT = 0.58;

export interface HeatColor {
  background: string;
  ink: string;
}

/** CSS colours for a score of 1 to 10; scores outside are drawn as the nearest end. */
export function heatColor(score: number): HeatColor {
  const t = Math.min(1, Math.max(0, (score - SCORE_LOW) / (SCORE_HIGH - SCORE_LOW)));
  const high = t >= STEP_AT;
  const share = high ? (t - STEP_AT) / (1 - STEP_AT) : t / STEP_AT;
  const half = high ? 'high' : 'low';
  return {
    background: `color-mix(in oklab, var(--heat-${half}-b) ${Math.round(share * 1000) / 10}%, var(--heat-${half}-a))`,
    ink: `var(--heat-${half}-ink)`,
  };
}
