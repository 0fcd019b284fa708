/**
 * Answers as the rule judge reads them: lower-case words without punctuation, so that case, quotes, brackets and a
 * missing full stop do not count against an answer.
 */

/** Words and numbers of a text. Apostrophes and hyphens part words: `l'or` is `l`, `or`. */
export function wordsOf(text: string): string[] {
  return text.normalize('NFC').toLowerCase().match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? [];
}

/** Sentences: stretches with a word in them that end in `.`, `!`, `?` or a line's end. */
export function sentenceCount(text: string): number {
  return text.split(/[.!?\n]+/u).filter((s) => wordsOf(s).length > 0).length;
}

/** Where a form is named in an answer. */
export interface Mention {
  form: string;
  at: number;
  length: number;
}

/**
 * Every mention of the forms, left to right, the longest form first where several begin at one word, so that
 * "vingt-deux" is twenty-two and not two.
 */
export function mentionsOf(words: readonly string[], forms: readonly string[]): Mention[] {
  const byFirst = new Map<string, { form: string; words: string[] }[]>();
  for (const form of forms) {
    const parts = wordsOf(form);
    const first = parts[0];
    if (first === undefined) continue;
    const list = byFirst.get(first);
    if (list) list.push({ form, words: parts });
    else byFirst.set(first, [{ form, words: parts }]);
  }
  const found: Mention[] = [];
  for (let i = 0; i < words.length; i++) {
    let best: { form: string; words: string[] } | undefined;
    for (const candidate of byFirst.get(words[i] as string) ?? []) {
      if (candidate.words.every((w, k) => words[i + k] === w) && candidate.words.length > (best?.words.length ?? 0)) best = candidate;
    }
    if (best) {
      found.push({ form: best.form, at: i, length: best.words.length });
      i += best.words.length - 1;
    }
  }
  return found;
}

/**
 * Whether a text runs in a loop: some stretch of one to eight words comes four times in a row, or fewer than half
 * of its three-word stretches (of twelve or more) differ.
 */
export function isLoop(words: readonly string[]): boolean {
  for (let period = 1; period <= 8; period++) {
    let run = 0;
    for (let i = period; i < words.length; i++) {
      run = words[i] === words[i - period] ? run + 1 : 0;
      if (run >= period * 3) return true;
    }
  }
  const trigrams = words.slice(2).map((w, i) => `${words[i]} ${words[i + 1]} ${w}`);
  return trigrams.length >= 12 && new Set(trigrams).size * 2 < trigrams.length;
}

/** Whether an answer only says the question again: the same words, or nine in ten of them in order. */
export function isEcho(answer: readonly string[], question: readonly string[]): boolean {
  if (answer.length < 3 || question.length < 3 || answer.length < question.length * 0.7) return false;
  if (answer.length > question.length * 1.4) return false;
  let at = 0;
  let same = 0;
  for (const word of answer) {
    const found = question.indexOf(word, at);
    if (found >= 0) {
      same++;
      at = found + 1;
    }
  }
  return same >= answer.length * 0.9 && same >= question.length * 0.9;
}
