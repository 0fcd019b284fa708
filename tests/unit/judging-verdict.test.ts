/** How a verdict is read from a judge's words. The table is docs/formats.md's own. */
import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { parseRating, parseVerdict } from '../../src/judging/index.ts';

/** The score, or the kind of failure. */
const read = (text: string, language?: string): number | string => {
  const rating = parseRating(text, language);
  return 'score' in rating ? rating.score : rating.kind;
};

/** Rows of the table below a heading: cells without their backticks. */
function table(heading: string): string[][] {
  const section = readFileSync('docs/formats.md', 'utf8').split(/^#+ /m).find((part) => part.startsWith(heading)) ?? '';
  return section.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim().replace(/^`` ?|^`| ?``$|`$/g, '').replaceAll('⏎', '\n')));
}

test('the examples of the documentation are read as it says', () => {
  const rows = table("A judge's verdict");
  expect(rows.length).toBeGreaterThan(20);
  for (const [words = '', language = '', verdict = ''] of rows) {
    const known = language === '' ? undefined : language;
    expect(String(read(words, known)), `${words} (${language})`).toBe(verdict);
  }
});

test('a rating counts wherever its one place is, in any language', () => {
  for (const [text, score] of [['Rating: [[5]]', 5], ['[[7.5]]', 7.5], ['Bewertung: [[10]]', 10], ['Calificación: [[ 8 ]]', 8], ['[[1]]', 1], ['as source [2] says: [[6]]', 6], ['It deserves [[4]], no more.', 4]] as const) expect(read(text)).toBe(score);
  for (const text of ['Note : [5]', '评分：[5]', 'ציון: [5]', 'Оценка: [5]', 'Betyg: [5]', '**Rating**: [5]', 'My final rating for this answer is: [5]. It was long.', 'I would give it [5].']) expect(read(text), text).toBe(5);
  for (const text of ['[[0]]', '[[11]]', '[[42]]']) expect(read(text)).toBe('out-of-range');
  for (const text of ['[[-3]]', '[[Bewertung]]', '[[A]]', 'Rating: 5', '', 'see [2] and [4]', 'In [5] we read of it.']) expect(read(text), text).toBe('none');
  expect(parseRating('[[11]]')).toMatchObject({ problem: 'its rating [[11]] is not between 1 and 10' });
});

test('thinking and quotation hold no verdict, however they are marked', () => {
  const verdict = '\nRating: [[3]]';
  for (const before of [
    '<think>[[9]]</think>', '<thinking>Rating: [[9]]</thinking>', '<THINK>[[9]]</THINK>', '[THINK][[9]][/THINK]', '◁think▷[[9]]◁/think▷', '<|channel|>analysis<|message|>[[9]]<|end|>',
    'first [[9]]</think>', '"[[9]]"', '“[[9]]”', '„[[9]]“', '« [[9]] »', '`[[9]]`', '```\n[[9]]\n```', '> Rating: [[9]]', "'[[9]]'", '「[[9]]」', '<quote>[[9]]</quote>',
  ]) expect(read(before + verdict), before).toBe(3);
  for (const only of ['<think>Rating: [[9]]', 'It says "[[9]]" only.', '```\nRating: [[9]]\n```', '<think>a</think><think>[[9]]']) expect(read(only), only).toBe('none');
  // Prompts show the form between quotation marks, and some judges keep them.
  expect(read('Good.\n"Rating: [[5]]"')).toBe(5);
  expect(read("It doesn't say [[9]], it isn't clear.\nRating: [[3]]")).toBe(3);
});

test('the end of one quotation begins no other, in any style', () => {
  for (const text of [
    '„[[10]]“ und „Text“', '“[[10]]” and “text”', '«[[10]]» et «texte»', '»[[10]]« und »Text«', '”[[10]]” och ”text”', '"[[10]]" and "text"', '‘[[10]]’ and ‘text’', '`[[10]]` and `text`',
    '```\n[[10]]\n```\nand\n```\ntext\n```', '> [[10]]\n> text', '~~~\n[[10]]\n~~~', '<blockquote>\n[[10]]\n</blockquote>', '「[[10]]」と「文」',
  ]) {
    expect(read(text), text).toBe('none');
    expect(read(`${text}\nRating: [[3]]`), text).toBe(3);
  }
});

test('a footnote is no rating', () => {
  for (const text of ['As [5] says, it is fine.', 'See below.\n[5]: https://example.org', 'Read [5](https://example.org) first.', 'It is so.[^5]', 'As in [1], fine. Rating: 7', 'Rating: [5], as in [1]']) expect(read(text), text).toBe('none');
});

test('of several ratings with labels none is the last word', () => {
  for (const text of ['Turn 1: [[8]]\nTurn 2: [[3]]', 'Turn 1 rating: [[8]]\nTurn 2 rating: [[3]]', 'Clarity: [[8]]\nDepth: [[4]]']) expect(read(text), text).toBe('ambiguous');
});

test('work grows with the length of a reply and no faster', () => {
  // Counted, not timed: the characters that all searches for a quotation or a thought pass over.
  const passed = (text: string): number => {
    let sum = 0;
    const { exec } = RegExp.prototype;
    Reflect.set(RegExp.prototype, 'exec', function counting(this: RegExp, on: string) {
      const from = this.global ? this.lastIndex : 0;
      const match = exec.call(this, on);
      sum += (match ? match.index + match[0].length : on.length) - Math.min(from, on.length);
      return match;
    });
    try {
      parseRating(text);
    } finally {
      Reflect.set(RegExp.prototype, 'exec', exec);
    }
    return sum;
  };
  for (const piece of ['[[', '„', '«', "'", ' "', '<q>', '<think>', '<think></think>', '[[5]] ', '```', '> ', '\\[', '「', '[[5]]\n“x” ']) {
    const [short, long] = [passed(piece.repeat(500)), passed(piece.repeat(4000))];
    expect(long, piece).toBeLessThanOrEqual(8.5 * short + 1000);
  }
  expect(read('[['.repeat(100_000))).toBe('none');
  expect(read(`${'[['.repeat(100_000)}\nRating: [[4]]`)).toBe(4);
});

test('of several ratings the last counts where it closes the reply, else none does', () => {
  expect(read('Rating: [[8]]\nNo, I was wrong.\nFinal rating: [[3]]')).toBe(3);
  expect(read('Clarity: [[8]]\nDepth: [[4]]\n\n[[5]]')).toBe(5);
  expect(read('[[5]], so [[5]]')).toBe(5);
  for (const text of ['[[8]] or [[9]]', 'first [[3]] then [[9]]', '[[100]] or rather [[9]]', 'Turn 1: [[8]]. Turn 2: [[3]]. Both were short.', 'Rating: [[1]] (I had thought of [[3]])']) expect(read(text), text).toBe('ambiguous');
});

test('a comma is a decimal one where the language writes so', () => {
  for (const language of ['de', 'fr', 'it', 'es', 'pt', 'nl', 'sv']) expect([read('[[7,5]]', language), read('[[8,9]]', language)], language).toEqual([7.5, 8.9]);
  for (const language of ['en', 'he', 'zh']) expect([read('[[7,5]]', language), read('[[8,9]]', language)], language).toEqual(['ambiguous', 'ambiguous']);
  expect([read('[[7,5]]'), read('[[8,9]]'), read('[[7,25]]', 'de'), read('[[11,5]]', 'de'), read('[[8, 9]]', 'de')]).toEqual([7.5, ...Array<string>(4).fill('ambiguous')]);
});

test('verdicts of pairs are read by the same rule, and no verdict is no tie', () => {
  const of = (text: string): string => {
    const read = parseVerdict(text);
    return 'verdict' in read ? read.verdict : read.kind;
  };
  const cases: [string, string][] = [
    ['[[A]]', 'A'], ['so [[B]].', 'B'], ['[[C]]', 'tie'], ['[[D]]', 'both-bad'], ['[A]', 'none'], ['', 'none'], ['[[E]]', 'none'], ['[[A]] no, [[B]]', 'ambiguous'],
    ['<think>[[A]]</think> [[B]]', 'B'], ['It asks for "[[A]]".\n[[B]]', 'B'], ['[[A]] at first.\nFinal verdict: [[C]]', 'tie'], ['"[[A]]"', 'A'],
  ];
  for (const [text, verdict] of cases) expect(of(text), text).toBe(verdict);
});

test('any words around it change no verdict that stands alone on the last line', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replace(/[<>[\]`~"'“”„«»‹›‘’‚「」『』◁\\]|think|\n/giu, ' '));
  fc.assert(fc.property(fc.array(words, { maxLength: 4 }), fc.integer({ min: 1, max: 10 }), (lines, score) => {
    expect(read([...lines, `Rating: [[${score}]]`].join('\n'))).toBe(score);
  }), { seed: 1, numRuns: 500 });
});

test('whatever is thrown at it, a rating is a number from 1 to 10 or a named failure', () => {
  const piece = fc.constantFrom('[[', ']]', '[', ']', '5', '9', ',', '.', '/10', ' ', '\n', '"', '`', '<think>', '</think>', 'Rating:', '> ', '```', '٣', '８', 'A', 'and');
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom(undefined, 'de', 'en', 'ar'), (pieces, language) => {
    const rating = parseRating(pieces.join(''), language);
    if ('score' in rating) expect(rating.score >= 1 && rating.score <= 10).toBe(true);
    else expect(rating.problem).toMatch(/\w/);
  }), { seed: 1, numRuns: 2000 });
});
