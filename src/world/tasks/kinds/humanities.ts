/** Humanities: countries and their capitals, cities, the calendar, where people work. */
import { type Kind, kind } from '../kind.ts';
import { placeValue, subject, value } from '../look.ts';
import { city, CITY_IDS, COUNTRY_IDS, countryOf, CYCLES, JOB_IDS, LANGUAGE_IDS, other, two, WORKPLACE_IDS, workplaceOf } from '../pools.ts';

/** "What is the capital of France?" Then: which language is spoken there? */
const capital = kind({
  id: 'capital',
  category: 'humanities',
  draw(rng) {
    const country = rng.pick(COUNTRY_IDS);
    return { country, city: countryOf(country).capital, language: countryOf(country).language };
  },
  facts: ({ country }) => [`capital:${country}`, `language:${country}`],
  slip: (args, rng) => ({ ...args, city: other(rng, CITY_IDS, args.city), language: other(rng, LANGUAGE_IDS, args.language) }),
  slots: ({ country }) => ({ country }),
  answers: ({ country, city: name, language }, t, choice) => [t.say('capitalOf', { city: name, country }, choice), t.say('countryLanguage', { country, language }, choice)],
  content: ({ country, city: name, language }, t) => [
    [subject(t, 'country', [country], COUNTRY_IDS), value(t, 'city', name, CITY_IDS)],
    [subject(t, 'country', [country], COUNTRY_IDS), value(t, 'language', language, LANGUAGE_IDS)],
  ],
});

/** "In which country is Milan?" Then: and Munich? */
const country = kind({
  id: 'country',
  category: 'humanities',
  draw(rng) {
    const [a, b] = two(rng, CITY_IDS);
    return { a, b, x: city(a).country, y: city(b).country };
  },
  facts: ({ a, b }) => [`country:${a}`, `country:${b}`],
  slip: (args, rng) => ({ ...args, x: other(rng, COUNTRY_IDS, args.x), y: other(rng, COUNTRY_IDS, args.y) }),
  slots: ({ a, b }) => ({ a, b }),
  answers: ({ a, b, x, y }, t, choice) => [t.say('cityInCountry', { city: a, country: x }, choice), t.say('cityInCountry', { city: b, country: y }, choice)],
  content: ({ a, b, x, y }, t) => [
    [subject(t, 'city', [a], CITY_IDS), value(t, 'country', x, COUNTRY_IDS)],
    [subject(t, 'city', [b], CITY_IDS), value(t, 'country', y, COUNTRY_IDS)],
  ],
});

/** "Which month comes after May?" Then: and before May? Days of the week too. */
const calendar = kind({
  id: 'calendar',
  category: 'humanities',
  draw(rng) {
    const cycle = rng.int(CYCLES.length + 1) % CYCLES.length;
    const list = CYCLES[cycle] as readonly string[];
    const i = rng.int(list.length);
    return { cycle, a: list[i] as string, next: list[(i + 1) % list.length] as string, previous: list[(i + list.length - 1) % list.length] as string };
  },
  facts: ({ a }) => [`after:${a}`, `before:${a}`],
  slip(args, rng) {
    const list = CYCLES[args.cycle] as readonly string[];
    return { ...args, next: other(rng, list, args.a, args.next), previous: other(rng, list, args.a, args.previous) };
  },
  slots({ cycle, a }, t) {
    const { which, the, name } = t.wording.cycles[cycle as 0 | 1];
    return { day: { text: t.phrase(name, { a }) }, which: { text: which }, the: { text: the } };
  },
  answers: ({ a, next, previous }, t, choice) => [t.say('comesAfter', { a: next, b: a }, choice), t.say('comesBefore', { a: previous, b: a }, choice)],
  content({ cycle, a, next, previous }, t) {
    const list = CYCLES[cycle] as readonly string[];
    return [[value(t, 'name', next, list, [a])], [value(t, 'name', previous, list, [a])]];
  },
});

/** "Where does a baker work?" Then: and a teacher? */
const workplace = kind({
  id: 'workplace',
  category: 'humanities',
  draw(rng) {
    const [j, k] = two(rng, JOB_IDS);
    return { j, k, x: workplaceOf(j), y: workplaceOf(k) };
  },
  facts: ({ j, k }) => [`workplace:${j}`, `workplace:${k}`],
  slip: (args, rng) => ({ ...args, x: other(rng, WORKPLACE_IDS, args.x), y: other(rng, WORKPLACE_IDS, args.y) }),
  slots: ({ j, k }) => ({ j, k }),
  answers: ({ j, k, x, y }, t, choice) => [t.say('workplace', { job: j, place: x }, choice), t.say('workplace', { job: k, place: y }, choice)],
  content: ({ j, k, x, y }, t) => [
    [subject(t, 'profession', [j], JOB_IDS), placeValue(t, 'workplace', x, WORKPLACE_IDS)],
    [subject(t, 'profession', [k], JOB_IDS), placeValue(t, 'workplace', y, WORKPLACE_IDS)],
  ],
});

export const HUMANITIES: readonly Kind[] = [capital, country, calendar, workplace];
