/** One check of the rubric against one answer: whether it holds, and a clause that says why. */
import type { Check } from './rubric.ts';
import { mentionsOf, wordsOf } from './wording.ts';

export interface Finding {
  holds: boolean;
  /** The answer says something the rubric rules out, rather than nothing. */
  contradicts: boolean;
  reason: string;
}

type Rule<K extends Check['type']> = (check: Extract<Check, { type: K }>, words: readonly string[]) => Finding;

const RULES: { [K in Check['type']]: Rule<K> } = {
  value(check, words) {
    const { right, wrong } = sides(words, check.forms, check.rivals);
    if (wrong !== undefined) return contradiction(check.name, check.forms, wrong);
    return right === undefined ? missing(check.name, check.forms) : holding(`the ${check.name} is right (${right})`);
  },
  subject(check, words) {
    const { wrong } = sides(words, check.forms, check.rivals);
    return wrong === undefined ? holding(`it is about the right ${check.name}`) : contradiction(check.name, check.forms, wrong);
  },
  result(check, words) {
    const last = mentionsOf(words, [...check.forms, ...check.rivals]).at(-1)?.form;
    if (last === undefined) return missing(check.name, check.forms);
    return check.forms.includes(last) ? holding(`the ${check.name} is right (${last})`) : contradiction(check.name, check.forms, last);
  },
  winner(check, words) {
    const mentions = mentionsOf(words, [...check.winner, ...check.loser]);
    const first = mentions[0]?.form;
    if (first === undefined) return missing(check.name, check.winner);
    // Only up to the loser: a second sentence may well say the same thing the other way round.
    const inverse = mentionsOf(words.slice(0, mentions[1]?.at), check.inverse).length > 0;
    const right = check.winner.includes(first) !== inverse;
    return right ? holding(`the ${check.name} is right`) : contradiction(check.name, check.winner, first);
  },
  items(check, words) {
    const want = check.items.map((forms) => forms.map((f) => wordsOf(f).join(' ')));
    const pieces = want.map((forms) => forms[0]).join(', ');
    let rest = words.join(' ');
    for (const forms of want) {
      const form = forms.filter((f) => rest === f || rest.startsWith(`${f} `)).sort((a, b) => b.length - a.length)[0];
      if (form === undefined) return { holds: false, contradicts: true, reason: `the ${check.name} should be "${pieces}"` };
      rest = rest.slice(form.length).trimStart();
    }
    return rest === '' ? holding(`the ${check.name} is exact`) : { holds: false, contradicts: true, reason: `the ${check.name} should end after "${pieces}"` };
  },
};

/** Judges one check against the answer's words (see wording.ts). */
export function checkAnswer(check: Check, words: readonly string[]): Finding {
  return (RULES[check.type] as Rule<Check['type']>)(check as never, words);
}

function sides(words: readonly string[], forms: readonly string[], rivals: readonly string[]): { right: string | undefined; wrong: string | undefined } {
  const wanted = new Set(forms);
  const mentions = mentionsOf(words, [...forms, ...rivals]).map((m) => m.form);
  return { right: mentions.find((f) => wanted.has(f)), wrong: mentions.find((f) => !wanted.has(f)) };
}

function holding(reason: string): Finding {
  return { holds: true, contradicts: false, reason };
}

function missing(name: string, forms: readonly string[]): Finding {
  return { holds: false, contradicts: false, reason: `the ${name} (${forms[0]}) is missing` };
}

function contradiction(name: string, forms: readonly string[], said: string): Finding {
  return { holds: false, contradicts: true, reason: `the ${name} should be ${forms[0]}, the answer says ${said}` };
}
