/** STEM: what the world knows about animals and materials. */
import { type Kind, kind } from '../kind.ts';
import { number, subject, value } from '../look.ts';
import { animal, ANIMAL_IDS, DIET_IDS, LEG_COUNTS, MATERIAL_IDS, materialOf, OBJECT_IDS, other, two } from '../pools.ts';
import { meal } from './writing.ts';

/** "What does a lion eat?" Then: and a cow? */
const diet = kind({
  id: 'diet',
  category: 'stem',
  draw(rng) {
    const [a, b] = two(rng, ANIMAL_IDS);
    return { a, b, foodA: animal(a).eats.id, foodB: animal(b).eats.id };
  },
  facts: ({ a, b }) => [`eats:${a}`, `eats:${b}`],
  slip: (args, rng) => ({ ...args, foodA: other(rng, DIET_IDS, args.foodA), foodB: other(rng, DIET_IDS, args.foodB) }),
  slots: ({ a, b }) => ({ a, b }),
  answers: ({ a, b, foodA, foodB }, t, choice) => [t.say('eats', { a, food: meal(foodA) }, choice), t.say('eats', { a: b, food: meal(foodB) }, choice)],
  content: ({ a, b, foodA, foodB }, t) => [
    [subject(t, 'animal', [a, foodA], ANIMAL_IDS), value(t, 'food', foodA, DIET_IDS)],
    [subject(t, 'animal', [b, foodB], ANIMAL_IDS), value(t, 'food', foodB, DIET_IDS)],
  ],
});

/** Sizes next to each other are hard to tell; the two animals stand at least three apart. */
const size = kind({
  id: 'size',
  category: 'stem',
  draw(rng) {
    for (;;) {
      const [a, b] = two(rng, ANIMAL_IDS);
      if (Math.abs(animal(a).size - animal(b).size) >= 3) return { a, b, swapped: 0 };
    }
  },
  facts: ({ a, b }) => [`size:${[a, b].toSorted().join('|')}`],
  slip: (args) => ({ ...args, swapped: 1 }),
  slots: ({ a, b }) => ({ a, b }),
  answers({ a, b, swapped }, t, choice) {
    const [big, small] = (animal(a).size > animal(b).size) === (swapped === 0) ? [a, b] : [b, a];
    return [t.say('bigger', { a: big, b: small }, choice), t.say('smaller', { a: small, b: big }, choice)];
  },
  content({ a, b }, t) {
    const [big, small] = animal(a).size > animal(b).size ? [a, b] : [b, a];
    return [
      [{ type: 'winner', name: 'bigger animal', winner: t.forms(big), loser: t.forms(small), inverse: t.wording.inverse.smaller }],
      [{ type: 'winner', name: 'smaller animal', winner: t.forms(small), loser: t.forms(big), inverse: t.wording.inverse.bigger }],
    ];
  },
});

const LEGGED = ANIMAL_IDS.filter((id) => animal(id).legs > 0);

/** "How many legs does a spider have?" Then: and a horse? */
const legs = kind({
  id: 'legs',
  category: 'stem',
  draw(rng) {
    const [a, b] = two(rng, LEGGED);
    return { a, b, n: animal(a).legs, m: animal(b).legs };
  },
  facts: ({ a, b }) => [`legs:${a}`, `legs:${b}`],
  slip: (args, rng) => ({ ...args, n: other(rng, LEG_COUNTS, args.n), m: other(rng, LEG_COUNTS, args.m) }),
  slots: ({ a, b }) => ({ a, b }),
  answers: ({ a, b, n, m }, t, choice) => [t.say('legs', { a, n }, choice), t.say('legs', { a: b, n: m }, choice)],
  content: ({ a, b, n, m }, t) => [
    [subject(t, 'animal', [a], ANIMAL_IDS), number(t, n)],
    [subject(t, 'animal', [b], ANIMAL_IDS), number(t, m)],
  ],
});

/** "What is a table made of?" Then: and a key? */
const material = kind({
  id: 'material',
  category: 'stem',
  draw(rng) {
    const [o, u] = two(rng, OBJECT_IDS);
    return { o, u, x: materialOf(o), y: materialOf(u) };
  },
  facts: ({ o, u }) => [`made-of:${o}`, `made-of:${u}`],
  slip: (args, rng) => ({ ...args, x: other(rng, MATERIAL_IDS, args.x), y: other(rng, MATERIAL_IDS, args.y) }),
  slots: ({ o, u }) => ({ o, u }),
  answers: ({ o, u, x, y }, t, choice) => [t.say('madeOf', { object: o, material: x }, choice), t.say('madeOf', { object: u, material: y }, choice)],
  content: ({ o, u, x, y }, t) => [
    [subject(t, 'object', [o], OBJECT_IDS), value(t, 'material', x, MATERIAL_IDS, [o])],
    [subject(t, 'object', [u], OBJECT_IDS), value(t, 'material', y, MATERIAL_IDS, [u])],
  ],
});

export const STEM: readonly Kind[] = [diet, size, legs, material];
