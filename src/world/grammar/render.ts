import type { Gender } from '../facts.ts';
import { compile, type Slot } from './template.ts';
import type { Agreement, NounForm } from './types.ts';
import type { Entry, Vocabulary } from './vocabulary.ts';

/**
 * What fills a slot: an id of the world; a number; a person as a pronoun; a noun used in the plural; text that is
 * already words; or a list of these.
 */
export type SlotValue = string | number | { pronoun: string } | { id: string; number: 'sg' | 'pl' } | { text: string } | readonly SlotValue[];
export type Slots = Readonly<Record<string, SlotValue>>;

/** A template with its slots filled, as a phrase: contracted, not capitalised. Throws when a slot or a word is missing. */
export function renderPhrase(vocabulary: Vocabulary, template: string, slots: Slots): string {
  let text = '';
  for (const part of compile(template)) {
    text += typeof part === 'string' ? part : dressed(vocabulary, part, fill(vocabulary, part, slots, template));
  }
  return vocabulary.morphology.contract(text.replace(/ {2,}/g, ' ').trim());
}

/** A template as sentences: like `renderPhrase`, and every sentence begins with a capital. */
export function renderSentence(vocabulary: Vocabulary, template: string, slots: Slots): string {
  return capitalise(renderPhrase(vocabulary, template, slots));
}

/** Capitals at the start and after a full stop, question or exclamation mark; a word in quotation marks stays as it is. */
export function capitalise(text: string): string {
  return text.replace(/(^|[.!?]\s+)([¿¡]*)(\p{Ll})/gu, (_, before: string, marks: string, letter: string) => before + marks + letter.toUpperCase());
}

function dressed({ lexicon }: Vocabulary, slot: Slot, text: string): string {
  const word = slot.capital ? capitalise(text) : text;
  return slot.quoted ? lexicon.quotes[0] + word + lexicon.quotes[1] : word;
}

function value(slots: Slots, name: string, template: string): SlotValue {
  if (name.startsWith('=')) return name.slice(1);
  const found = slots[name];
  if (found === undefined) throw new Error(`Slot "${name}" is not filled in "${template}".`);
  return found;
}

function fill(vocabulary: Vocabulary, slot: Slot, slots: Slots, template: string): string {
  const filler = slot.constant ? slot.name : value(slots, slot.name, template);
  return word(vocabulary, slot, filler, slots, template);
}

function word(vocabulary: Vocabulary, slot: Slot, filler: SlotValue, slots: Slots, template: string): string {
  const { morphology, lexicon } = vocabulary;
  if (Array.isArray(filler)) {
    const items = (filler as readonly SlotValue[]).map((item) => word(vocabulary, slot, item, slots, template));
    return slot.join === 'comma' ? items.join(', ') : joined(items, slot.join === 'or' ? lexicon.or : lexicon.and);
  }
  if (typeof filler === 'number') {
    if (slot.special === 'digits') return String(filler);
    return morphology.numeral(filler, slot.like ? agreementOf(vocabulary, value(slots, slot.like, template), false) : undefined);
  }
  if (typeof filler === 'object' && 'text' in filler) return filler.text;
  const pronoun = typeof filler === 'object' && 'pronoun' in filler;
  const id = typeof filler === 'string' ? filler : 'pronoun' in filler ? filler.pronoun : (filler as { id: string }).id;
  const fixed = fixedPhrase(vocabulary, slot.special, id);
  if (fixed !== undefined) return fixed;
  const entry = vocabulary.entry(id);
  switch (entry.sort) {
    case 'person':
      return personWord(vocabulary, entry, slot, pronoun);
    case 'city':
      return entry.name;
    case 'country':
      return slot.special === 'in' ? entry.in : slot.special === 'of' ? entry.of : entry.name;
    case 'language':
      return entry.name;
    case 'colour':
    case 'adjective':
      return adjectiveWord(vocabulary, entry, slot, slots, template);
    case 'profession': {
      const gender = slot.for ? genderOf(vocabulary, value(slots, slot.for, template)) : 'm';
      return morphology.nounPhrase(entry[gender], nounForm(vocabulary, slot, false, slots, template));
    }
    case 'noun': {
      const plural = typeof filler === 'object' && 'number' in filler && filler.number === 'pl';
      return morphology.nounPhrase(entry.noun, nounForm(vocabulary, slot, plural, slots, template));
    }
  }
}

/** Phrases the lexicon holds whole. */
function fixedPhrase(vocabulary: Vocabulary, special: string | undefined, id: string): string | undefined {
  switch (special) {
    case 'at': return vocabulary.phrase('places', id);
    case 'voice': return vocabulary.phrase('voices', id);
    case 'does': return vocabulary.phrase('deeds', id, 0);
    case 'do': return vocabulary.phrase('deeds', id, 1);
    case 'in': return id in vocabulary.lexicon.seasons ? vocabulary.phrase('seasons', id) : undefined;
    case 'inf': return vocabulary.phrase('verbs', id, 0);
    case 'imp': return vocabulary.phrase('verbs', id, 1);
    case 'i': return vocabulary.phrase('verbs', id, 2);
    case 's': return vocabulary.phrase('verbs', id, 3);
    default: return undefined;
  }
}

function personWord(vocabulary: Vocabulary, person: Entry & { sort: 'person' }, slot: Slot, pronoun: boolean): string {
  const forms = vocabulary.morphology.pronouns[person.gender];
  switch (slot.special) {
    case 'he': return forms.he;
    case 'He': return forms.he.charAt(0).toUpperCase() + forms.he.slice(1);
    case 'him': return forms.him;
    case 'the': return forms.the;
    case 'stressed': return forms.stressed;
    case 'gen': return vocabulary.morphology.genitive(person.name);
    default: return pronoun ? forms.he : person.name;
  }
}

function adjectiveWord(vocabulary: Vocabulary, entry: Entry & { sort: 'colour' | 'adjective' }, slot: Slot, slots: Slots, template: string): string {
  const { morphology } = vocabulary;
  const { forms } = entry.adjective;
  if (slot.special === 'more') return forms.at(-2) as string;
  if (slot.special === 'most') return forms.at(-1) as string;
  if (slot.special === 'noun' && vocabulary.lexicon.code === 'de') return capitalise(forms[0] as string);
  // Swedish speaks of a colour, and of a mass, in the neuter.
  if ((slot.special === 'n' || slot.special === 'noun') && vocabulary.lexicon.code === 'sv') return morphology.agree(entry.adjective, { gender: 'n', number: 'sg' });
  return morphology.agree(entry.adjective, slot.like ? agreementOf(vocabulary, value(slots, slot.like, template), slot.plural) : { gender: 'm', number: 'sg' });
}

function nounForm(vocabulary: Vocabulary, slot: Slot, plural: boolean, slots: Slots, template: string): NounForm {
  const form: NounForm = { determiner: slot.determiner, number: slot.plural || plural ? 'pl' : 'sg', case: slot.case };
  if (slot.adjective !== undefined) {
    const entry = vocabulary.entry(value(slots, slot.adjective, template) as string);
    if (entry.sort !== 'colour' && entry.sort !== 'adjective') throw new Error(`Slot "${slot.adjective}" in "${template}" is not an adjective.`);
    form.adjective = entry.adjective;
  }
  if (slot.count !== undefined) {
    form.count = value(slots, slot.count, template) as number;
    form.number = form.count === 1 ? 'sg' : 'pl';
  }
  return form;
}

function agreementOf(vocabulary: Vocabulary, filler: SlotValue, plural: boolean): Agreement {
  const id = typeof filler === 'string' ? filler : typeof filler === 'object' && 'pronoun' in filler ? filler.pronoun : typeof filler === 'object' && 'id' in filler ? filler.id : undefined;
  if (id === undefined) throw new Error(`Nothing can agree with ${JSON.stringify(filler)}.`);
  const number = plural || (typeof filler === 'object' && 'number' in filler && filler.number === 'pl') ? 'pl' : 'sg';
  const entry = vocabulary.entry(id);
  if (entry.sort === 'person') return { gender: entry.gender, number };
  if (entry.sort === 'noun') return { gender: (number === 'pl' && entry.noun.pluralGender) || entry.noun.gender, number };
  throw new Error(`Nothing can agree with "${id}".`);
}

function genderOf(vocabulary: Vocabulary, filler: SlotValue): Gender {
  const id = typeof filler === 'string' ? filler : (filler as { pronoun: string }).pronoun;
  const entry = vocabulary.entry(id);
  if (entry.sort !== 'person') throw new Error(`"${id}" is not a person.`);
  return entry.gender;
}

/** "red, green and blue": no comma before the last, in all eight languages. */
function joined(items: readonly string[], conjunction: string): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1)}`;
}
