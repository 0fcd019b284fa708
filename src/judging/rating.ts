/** A grade, or why the text holds none. */
export type Rating = { score: number } | { problem: string };

const STRICT = /\[\[\s*(\d+(?:[.,]\d*)?)\s*\]\]/;
const LENIENT = /\[\s*(\d+(?:[.,]\d*)?)\s*\]/;

/**
 * The grade in a judge's words: the first `[[5]]`, else the first `[5]`, as FastChat reads them (llm_judge/common.py). The first
 * and not the last, so that imported judgments get the scores they had. What stands before the brackets, in whatever
 * language, does not matter. A number outside 1 to 10 is no grade.
 */
export function parseRating(text: string): Rating {
  const match = STRICT.exec(text) ?? LENIENT.exec(text);
  if (!match) return { problem: 'there is no rating like [[5]] in it' };
  const score = Number((match[1] as string).replace(',', '.'));
  return score >= 1 && score <= 10 ? { score } : { problem: `its rating ${match[0]} is not between 1 and 10` };
}

/** A pairwise verdict: the first or second answer shown, a tie, both bad, or none to be read. */
export type Verdict = 'A' | 'B' | 'tie' | 'both-bad' | null;

const VERDICTS: Record<string, Verdict> = { A: 'A', B: 'B', C: 'tie', D: 'both-bad' };

/** The first `[[A]]`, `[[B]]`, `[[C]]` or `[[D]]` in a judge's words; null when there is none, which is a failure and no tie. */
export function parseVerdict(text: string): Verdict {
  const letter = /\[\[\s*([ABCD])\s*\]\]/.exec(text)?.[1];
  return letter ? (VERDICTS[letter] ?? null) : null;
}
