/** One check of the rubric against one answer: whether it holds, and a clause that says why. */
import type { Check } from './rubric.ts';
import { mentionsOf, wordsOf } from './wording.ts';

export interface Finding {
  holds: boolean;
  /** The answer says something the rubric rules out, rather than nothing. */
  contradicts: boolean;
  reason: string;
}

type Rule<K extends Check['type']> = (check: Extract<Check, { type: K }>, words: readonly string[], text: string) => Finding;

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
  items(check, words, text) {
    const want = check.items.map((forms) => forms.map((form) => wordsOf(form).join(' ')));
    const pieces = want.map((forms) => forms[0]).join(', ');
    // A pleasantry may stand before the items: "Sure: [1, 2]".
    const told = [words, wordsOf(/\[([^[\]]*)\]/u.exec(text)?.[1] ?? ''), wordsOf(/[:!\n]([^:!\n]*)$/u.exec(text.trim())?.[1] ?? '')];
    return told.some((candidate) => sameItems(candidate.join(' '), want))
      ? holding(`the ${check.name} is exact`)
      : { holds: false, contradicts: true, reason: `the ${check.name} should be "${pieces}" and nothing else` };
  },
};

/** Judges one check against an answer: its words (see wording.ts) and its text. */
export function checkAnswer(check: Check, words: readonly string[], text: string): Finding {
  return (RULES[check.type] as Rule<Check['type']>)(check as never, words, text);
}

/** Whether the words are these items in this order, each in one of its forms, the longest first. */
function sameItems(words: string, want: readonly (readonly string[])[]): boolean {
  let rest = words;
  for (const forms of want) {
    const form = forms.filter((f) => rest === f || rest.startsWith(`${f} `)).toSorted((a, b) => b.length - a.length)[0];
    if (form === undefined) return false;
    rest = rest.slice(form.length).trimStart();
  }
  return rest === '';
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
