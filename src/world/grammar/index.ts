/** The grammar's public surface: templates and plans to sentences, in any of the eight languages. */
import type { Rng } from '../../core/rng.ts';
import { LEXICONS } from '../lexicon/index.ts';
import type { WorldLanguage } from '../lexicon/types.ts';
import { PHRASEBOOKS } from '../phrases/index.ts';
import type { PersonFact, Plan } from '../phrases/types.ts';
import { MORPHOLOGIES } from './morphologies.ts';
import { renderPhrase, renderSentence, type Slots, type SlotValue } from './render.ts';
import { Vocabulary } from './vocabulary.ts';

export { capitalise, type Slots, type SlotValue } from './render.ts';

/** Which paraphrase: an index (taken modulo how many there are), or a random source that picks. */
export type Choice = number | Rng;

const vocabularies = new Map<WorldLanguage, Vocabulary>();

/** The parsed lexicon of a language. */
export function vocabulary(language: WorldLanguage): Vocabulary {
  let found = vocabularies.get(language);
  if (!found) {
    found = new Vocabulary(LEXICONS[language], MORPHOLOGIES[language]);
    vocabularies.set(language, found);
  }
  return found;
}

/** A template of the given language (see template.ts) as capitalised sentences. */
export function render(language: WorldLanguage, template: string, slots: Slots = {}): string {
  return renderSentence(vocabulary(language), template, slots);
}

/** A template as a phrase: nothing is capitalised that the language does not capitalise everywhere. */
export function phrase(language: WorldLanguage, template: string, slots: Slots = {}): string {
  return renderPhrase(vocabulary(language), template, slots);
}

/** How many paraphrases a plan has in a language. */
export function variants(language: WorldLanguage, plan: Plan): number {
  return PHRASEBOOKS[language].plans[plan].length;
}

/** A plan of `phrases/types.ts` as a sentence. */
export function say(language: WorldLanguage, plan: Plan, slots: Slots, choice: Choice = 0): string {
  return render(language, pick(PHRASEBOOKS[language].plans[plan], choice), slots);
}

export type Subject = { person: string } | { pronoun: string } | 'I';

/**
 * Facts about one person as one sentence, predicates joined by "and": "Anna lives in Rome and works as a baker."
 * The subject is the name, the pronoun (dropped in it es pt), or "I" (whose gender `who` gives).
 */
export function sayPerson(language: WorldLanguage, subject: Subject, facts: readonly PersonFact[], slots: Slots, choice: Choice = 0, who?: string): string {
  const book = PHRASEBOOKS[language];
  const first = subject === 'I';
  const person = first ? who : 'person' in subject ? subject.person : subject.pronoun;
  if (person === undefined) throw new Error('A sentence in the first person must say whose gender it has.');
  const filler: SlotValue = first || !('pronoun' in subject) ? person : subject;
  const again = first && book.repeatsI ? `${book.i} ` : '';
  const parts = facts.map((fact, i) => (i ? again : '') + pick(book.person[fact][first ? 'first' : 'third'], choice));
  const verbs = parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${book.and} ${parts.at(-1)}`;
  return render(language, `${first ? book.i : '{p}'} ${verbs}.`, { ...slots, p: filler });
}

/** Two sentences made one: "Anna lives in Rome, but Ben lives in London." */
export function joinSentences(language: WorldLanguage, first: string, second: string, by: 'and' | 'but'): string {
  const book = PHRASEBOOKS[language];
  return vocabulary(language).morphology.contract(`${first.replace(/\.$/u, '')}${by === 'and' ? ` ${book.and}` : book.but} ${second}`);
}

/** "Anna does not live in Paris." */
export function denyPerson(language: WorldLanguage, person: string, fact: PersonFact, slots: Slots, choice: Choice = 0): string {
  return render(language, `{p} ${pick(PHRASEBOOKS[language].person[fact].negative, choice)}.`, { ...slots, p: person });
}

function pick<T>(items: readonly T[], choice: Choice): T {
  return typeof choice === 'number' ? (items[choice % items.length] as T) : choice.pick(items);
}
