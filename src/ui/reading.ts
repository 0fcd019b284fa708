/**
 * A heat map in plain language: the studies' questions, each answered from the numbers with its interval, or said to be
 * not shown. Nothing here is written beforehand but the grammar.
 */
import type { LanguageCode } from '../core/languages.ts';
import { languageName, mixLook } from './names.ts';
import { count, decimal, difference, percent } from './numbers.ts';
import type { Estimate } from '../records/estimate.ts';
import type { StudyResults } from '../records/results.ts';

export interface Reading {
  verdict: 'better' | 'worse' | 'not shown' | 'note';
  text: string;
  /** The same without names and n, where there is little room. */
  brief: string;
}

type Part = Pick<StudyResults, 'heatmap' | 'improvements'>;

/** Findings of one model and dataset, the most general first. Empty where there is nothing to compare. */
export function readings(results: Part): Reading[] {
  const best = bestMonolingual(results);
  if (best === null) return [];
  const multilingual = [...new Set(results.improvements.map((item) => item.multilingual))];
  const find = (kind: 'union' | 'sampled', english: boolean): string | undefined =>
    multilingual.find((name) => mixLook(name).kind === kind && mixLook(name).languages.includes('en') === english);
  const asked: [string, string | undefined][] = [
    ['Parallel tuning', find('union', true)],
    ['Parallel tuning without English', find('union', false)],
    ['A sample over the languages, no larger than one language’s set', find('sampled', true)],
  ];
  const out = asked.flatMap(([what, mix]) => {
    const found = results.improvements.find((item) => item.multilingual === mix && item.monolingual === best);
    return found && mix ? [against(what, mix, best, found.points, found.without)] : [];
  });
  return [...out, ...tally(results), ...rightLanguage(results)];
}

/** The one-language mix with the highest mean over all languages. */
export function bestMonolingual({ heatmap }: Pick<StudyResults, 'heatmap'>): string | null {
  const scored = heatmap.filter(({ mix, language, raw }) => language === 'all' && raw.n > 0 && mixLook(mix).kind === 'monolingual');
  // A mean that lacks a language is not to be compared with one that has it.
  const whole = scored.filter(({ without }) => without.length === 0);
  const own = whole.length > 0 ? whole : scored;
  return own.reduce<(typeof own)[number] | null>((best, cell) => (best === null || cell.raw.mean > best.raw.mean ? cell : best), null)?.mix ?? null;
}

/**
 * @param points (multilingual - monolingual) x 10; the sentence speaks of points of the 1-10 scale
 * @param without languages in which there is nothing to compare
 */
export function against(what: string, mix: string, best: string, points: Estimate, without: readonly LanguageCode[] = []): Reading {
  const [mean, low, high] = [points.mean / 10, points.low / 10, points.high / 10];
  const verdict = low > 0 ? 'better' : high < 0 ? 'worse' : 'not shown';
  const say = (subject: string, other: string, basis: string): string => {
    switch (verdict) {
      case 'better':
        return `${subject} beat ${other} by ${decimal(mean)} points (95\u00a0% interval ${span(low, high)}${basis}).`;
      case 'worse':
        return `${subject} fell behind ${other} by ${decimal(-mean)} points (95\u00a0% interval ${span(-high, -low)}${basis}).`;
      case 'not shown':
        return `${subject} against ${other}: not shown. The difference is ${difference(mean)} points and ${Number.isFinite(low) ? `its 95\u00a0% interval, ${span(low, high)}, holds zero` : 'there is no interval, because there is one question or no question differs'}${basis && ` (${basis.slice(2)})`}.`;
    }
  };
  return { verdict, text: say(`${what} (${mix})`, `the best one-language mix (${best})`, `, n\u00a0=\u00a0${count(points.n)}${without.length > 0 ? `, without ${without.map(languageName).join(', ')}` : ''}`), brief: say(what, 'the best one-language mix', '') };
}

function tally({ improvements }: Part): Reading[] {
  if (improvements.length < 2) return [];
  const better = improvements.filter(({ points }) => points.low > 0).length;
  const worse = improvements.filter(({ points }) => points.high < 0).length;
  return [note(`Of ${count(improvements.length)} comparisons of a multilingual with a one-language mix, ${count(better)} favour the multilingual one, ${count(worse)} the one-language one, and ${count(improvements.length - better - worse)} are not shown either way.`)];
}

function rightLanguage({ heatmap }: Part): Reading[] {
  const cells = heatmap.filter(({ language, rightLanguage: share, mix }) => language === 'all' && share.n > 0 && mixLook(mix).kind !== 'base').sort((a, b) => a.rightLanguage.mean - b.rightLanguage.mean);
  const [least, most] = [cells[0], cells.at(-1)];
  if (!least || !most || least === most) return [];
  const untold = cells.reduce((sum, { verdicts }) => sum + verdicts.untold, 0);
  const rest = untold === 0 ? '' : `, of those whose language can be told (of ${count(untold)} it cannot)`;
  return [note(`Answers in the language of the question: from ${percent(least.rightLanguage.mean)} (${least.mix}) to ${percent(most.rightLanguage.mean)} (${most.mix})${rest}.`)];
}

const note = (text: string): Reading => ({ verdict: 'note', text, brief: text });
const span = (low: number, high: number): string => `${signless(low)} to ${signless(high)}`;
const signless = (value: number): string => decimal(value).replace('-', '−');
