/** Coding: lists written, sorted, turned round, indexed; words printed so many times. */
import { ANIMALS } from '../../facts.ts';
import { type Kind, kind } from '../kind.ts';
import { items, numberItems, value } from '../look.ts';
import { between, FOOD_IDS, other } from '../pools.ts';

const WORD_IDS = [...ANIMALS.map((a) => a.id), ...FOOD_IDS];

/** "Write the list of the numbers from 3 to 6." Then: backwards. */
const range = kind({
  id: 'range',
  category: 'coding',
  draw(rng) {
    const n = between(rng, 1, 36);
    const m = n + between(rng, 2, Math.min(4, 40 - n));
    return { n, m, skip: 0 };
  },
  facts: ({ n, m }) => [`list:${upTo(n, m).join('+')}`],
  slip: (args) => ({ ...args, skip: 1 }),
  slots: ({ n, m }) => ({ n, m }),
  answers({ n, m, skip }) {
    const list = upTo(n, m).filter((_, i) => skip === 0 || i !== 1);
    return [brackets(list), brackets(list.toReversed())];
  },
  content: ({ n, m }, t) => [[numberItems(t, upTo(n, m))], [numberItems(t, upTo(n, m).toReversed())]],
  form: () => [{ shape: 'list' }, { shape: 'list' }],
});

/** "Sort the list [7, 2, 5]." Then: from big to small. */
const sort = kind({
  id: 'sort',
  category: 'coding',
  draw(rng) {
    const length = between(rng, 3, 4);
    const numbers = Array.from({ length: 20 }, (_, i) => i + 1);
    for (;;) {
      const list = rng.sample(numbers, length);
      if (list.some((n, i) => i > 0 && n < (list[i - 1] as number))) return { list, unsorted: 0 };
    }
  },
  facts: ({ list }) => [`list:${sorted(list).join('+')}`],
  slip: (args) => ({ ...args, unsorted: 1 }),
  slots: ({ list }) => ({ list: { text: brackets(list) } }),
  answers({ list, unsorted }) {
    const up = unsorted ? list : sorted(list);
    return [brackets(up), brackets(up.toReversed())];
  },
  content: ({ list }, t) => [[numberItems(t, sorted(list))], [numberItems(t, sorted(list).toReversed())]],
  form: () => [{ shape: 'list' }, { shape: 'list' }],
});

/** "Print the word “dog” three times." Then: four times. */
const repeat = kind({
  id: 'repeat',
  category: 'coding',
  draw(rng) {
    const n = between(rng, 2, 5);
    return { w: rng.pick(WORD_IDS), n, m: other(rng, [2, 3, 4, 5], n), off: 0 };
  },
  facts: ({ w, n, m }) => [`repeat:${w}:${n}`, `repeat:${w}:${m}`],
  slip: (args, rng) => ({ ...args, off: rng.pick([-1, 1]) }),
  slots: ({ w, n, m }) => ({ w, n, m }),
  answers({ w, n, m, off }, t) {
    const word = t.phrase('{w}', { w });
    return [times(word, n + off).join(' '), times(word, m + off).join(' ')];
  },
  content: ({ w, n, m }, t) => [[items('line', times(t.forms(w), n))], [items('line', times(t.forms(w), m))]],
  form: () => [{ shape: 'line' }, { shape: 'line' }],
});

/** "What is the first word of the list [dog, bread, tea]?" Then: and the last? */
const ends = kind({
  id: 'ends',
  category: 'coding',
  draw: (rng) => ({ list: rng.sample(WORD_IDS, between(rng, 3, 4)), slipped: 0 }),
  facts: ({ list }) => [`list:${list[0]}+${list.at(-1)}`],
  slip: (args) => ({ ...args, slipped: 1 }),
  slots: ({ list }, t) => ({ list: { text: brackets(list.map((w) => t.phrase('{w}', { w }))) } }),
  answers({ list, slipped }, t) {
    const [first, last] = slipped ? [list[1], list[1]] : [list[0], list.at(-1)];
    return [t.phrase('{w}', { w: first as string }), t.phrase('{w}', { w: last as string })];
  },
  content: ({ list }, t) => [[value(t, 'word', list[0] as string, list)], [value(t, 'word', list.at(-1) as string, list)]],
  form: () => [{ shape: 'line' }, { shape: 'line' }],
});

export const CODING: readonly Kind[] = [range, sort, repeat, ends];

function upTo(n: number, m: number): number[] {
  return Array.from({ length: m - n + 1 }, (_, i) => n + i);
}

function sorted(list: readonly number[]): number[] {
  return list.toSorted((a, b) => a - b);
}

function times<T>(item: T, n: number): T[] {
  return Array.from({ length: n }, () => item);
}

/** Lists as code writes them. */
export function brackets(list: readonly (string | number)[]): string {
  return `[${list.join(', ')}]`;
}
