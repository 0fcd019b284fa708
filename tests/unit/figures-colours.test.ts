import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { heatColor, SCORE_HIGH, SCORE_LOW } from '../../src/ui/figures/heat.ts';

type Rgb = [number, number, number];

/** Every colour token of the theme, by mode, as linear RGB. */
const TOKENS = Object.fromEntries(
  ['light', 'dark'].map((mode, i) => [
    mode,
    new Map([...readFileSync('src/ui/theme/tokens.css', 'utf8').matchAll(/--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));/g)].map(([, name, light, dark, both]) => [name as string, linear(both ?? ((i === 0 ? light : dark) as string))])),
  ]),
) as Record<'light' | 'dark', Map<string, Rgb>>;

function linear(hex: string): Rgb {
  return [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
}

function token(mode: 'light' | 'dark', name: string): Rgb {
  const found = TOKENS[mode].get(name);
  if (!found) throw new Error(`No colour token --${name}`);
  return found;
}

const times = (m: readonly Rgb[], v: Rgb): Rgb => m.map((row) => row.reduce((sum, a, i) => sum + a * (v[i] as number), 0)) as Rgb;
const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** WCAG 2 contrast. */
function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Ottosson's OKLab, as `color-mix(in oklab)` uses it. */
function oklab(rgb: Rgb): Rgb {
  const lms = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], rgb).map(Math.cbrt) as Rgb;
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], lms);
}

function fromOklab(lab: Rgb): Rgb {
  const lms = times([[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.291485548]], lab).map((c) => c ** 3) as Rgb;
  return times([[4.0767416621, -3.3077115913, 0.2309699292], [-1.2684380046, 2.6097574011, -0.3413193965], [-0.0041960863, -0.7034186147, 1.707614701]], lms).map((c) => Math.min(1, Math.max(0, c))) as Rgb;
}

/** What a score's cell looks like: the CSS of heatColor worked out by hand. */
function painted(mode: 'light' | 'dark', score: number): { background: Rgb; ink: Rgb } {
  const { background, ink } = heatColor(score);
  const [, to, share, from] = /var\(--([\w-]+)\) ([\d.]+)%, var\(--([\w-]+)\)/.exec(background) as unknown as [string, string, string, string];
  const t = Number(share) / 100;
  const [a, b] = [oklab(token(mode, from)), oklab(token(mode, to))];
  return { background: fromOklab(a.map((c, i) => c + t * ((b[i] as number) - c)) as Rgb), ink: token(mode, /--([\w-]+)/.exec(ink)?.[1] as string) };
}

const scores = Array.from({ length: 91 }, (_, i) => SCORE_LOW + (i * (SCORE_HIGH - SCORE_LOW)) / 90);

for (const mode of ['light', 'dark'] as const) {
  test.describe(`${mode} colours`, () => {
    test('the number on every cell of the score ramp has at least 4.5:1', () => {
      const worst = scores.map((score) => ({ score, contrast: contrast(painted(mode, score).background, painted(mode, score).ink) })).reduce((a, b) => (b.contrast < a.contrast ? b : a));
      expect(worst.contrast, `at score ${worst.score}`).toBeGreaterThanOrEqual(4.5);
    });

    test('the score ramp runs one way in lightness, so its order survives any colour blindness', () => {
      const lightness = scores.map((score) => oklab(painted(mode, score).background)[0]);
      const steps = lightness.slice(1).map((l, i) => (l - (lightness[i] as number)) * (mode === 'light' ? -1 : 1));
      expect(Math.min(...steps)).toBeGreaterThan(0);
    });

    test('text has 4.5:1 and lines of controls 3:1 on every ground', () => {
      for (const ground of ['ground', 'surface', 'sunken']) {
        for (const ink of ['ink', 'ink-quiet', 'link']) expect(contrast(token(mode, ink), token(mode, ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
        expect(contrast(token(mode, 'line-strong'), token(mode, ground)), `line-strong on ${ground}`).toBeGreaterThanOrEqual(3);
      }
      for (const [ink, fill] of [['on-brand', 'brand'], ['on-accent', 'accent'], ['on-accent-soft', 'accent-soft'], ['on-brand-soft', 'brand-soft'], ['on-good-soft', 'good-soft'], ['on-bad-soft', 'bad-soft'], ['on-bad', 'bad']] as const) {
        expect(contrast(token(mode, ink), token(mode, fill)), `${ink} on ${fill}`).toBeGreaterThanOrEqual(4.5);
      }
    });

    test('the lines of a figure stand out from the surface and from each other, also to red- and green-blind eyes', () => {
      // Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
      const seen: Record<string, readonly Rgb[]> = {
        'full colour': [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
      };
      const lines = ['lang-en', 'lang-de', 'lang-fr', 'lang-it', 'lang-es', 'ink', 'mix-rest'];
      for (const name of lines) expect(contrast(token(mode, name), token(mode, 'surface')), name).toBeGreaterThanOrEqual(3);
      for (const [eyes, matrix] of Object.entries(seen)) {
        const lab = lines.map((name) => oklab(times(matrix, token(mode, name)).map((c) => Math.max(0, c)) as Rgb));
        for (let i = 0; i < lines.length; i++) {
          for (let j = 0; j < i; j++) expect(Math.hypot(...(lab[i] as Rgb).map((c, k) => c - ((lab[j] as Rgb)[k] as number))), `${lines[i]} and ${lines[j]}, ${eyes}`).toBeGreaterThan(0.06);
        }
      }
    });
  });
}
