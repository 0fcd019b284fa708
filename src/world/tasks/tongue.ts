/** One language as the tasks use it: sentences from the grammar, and the forms by which the judge knows a value. */
import { denyPerson, phrase, render, say, sayPerson, type Slots, type Subject, vocabulary } from '../grammar/index.ts';
import type { WorldLanguage } from '../lexicon/types.ts';
import { type PersonFact, type Phrasebook, PHRASEBOOKS, type Plan } from '../phrases/index.ts';
import { formsOf, numberForms } from './forms.ts';
import type { Wording } from './wording/types.ts';
import { WORDINGS } from './wording/index.ts';

export class Tongue {
  private static readonly all = new Map<WorldLanguage, Tongue>();
  readonly wording: Wording;
  readonly book: Phrasebook;

  private constructor(readonly code: WorldLanguage) {
    this.wording = WORDINGS[code];
    this.book = PHRASEBOOKS[code];
  }

  static of(code: WorldLanguage): Tongue {
    let found = this.all.get(code);
    if (!found) this.all.set(code, (found = new Tongue(code)));
    return found;
  }

  /** A statement of the world as a sentence. */
  say(plan: Plan, slots: Slots, choice = 0): string {
    return say(this.code, plan, slots, choice);
  }

  person(subject: Subject, facts: readonly PersonFact[], slots: Slots, choice = 0, who?: string): string {
    return sayPerson(this.code, subject, facts, slots, choice, who);
  }

  deny(person: string, fact: PersonFact, slots: Slots, choice = 0): string {
    return denyPerson(this.code, person, fact, slots, choice);
  }

  render(template: string, slots: Slots = {}): string {
    return render(this.code, template, slots);
  }

  phrase(template: string, slots: Slots = {}): string {
    return phrase(this.code, template, slots);
  }

  get vocabulary(): ReturnType<typeof vocabulary> {
    return vocabulary(this.code);
  }

  /** "How many" as it agrees with the noun it asks for, as a slot. */
  howMany(id: string): { text: string } {
    const entry = this.vocabulary.entry(id);
    return { text: this.wording.howMany[entry.sort === 'noun' && (entry.noun.pluralGender ?? entry.noun.gender) === 'f' ? 'f' : 'm'] };
  }

  /** Every way an entity's name is written in this language. */
  forms(id: string): string[] {
    return formsOf(this.code, id);
  }

  /** A city's name without the article some languages give it, for notes and lists. */
  bare(city: string): { text: string } {
    return { text: this.forms(city)[0] as string };
  }

  /** Figures and words of a number. */
  number(n: number): string[] {
    return numberForms(this.code, n);
  }
}
