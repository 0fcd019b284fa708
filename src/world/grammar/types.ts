import type { Gender } from '../facts.ts';

export type GrammaticalNumber = 'sg' | 'pl';
export type Case = 'nom' | 'acc' | 'dat' | 'gen';
/** `generic`: as in "a dog has four legs", "le chien a quatre pattes"; `partitive`: French "du pain", elsewhere bare. */
export type Determiner = 'bare' | 'definite' | 'indefinite' | 'generic' | 'partitive';

/** A parsed noun. `gender`: m f n; `c` is Dutch "de" and Swedish "en". English has none and says `n`. */
export interface Noun {
  gender: 'm' | 'f' | 'n' | 'c';
  /** Singular forms; Swedish: indefinite, definite. */
  sg: readonly string[];
  /** Plural forms; Swedish: indefinite, definite. Empty for masses. */
  pl: readonly string[];
  /** Italian `l'uovo, le uova`: the plural's gender where it differs. */
  pluralGender?: 'm' | 'f';
  /** German weak masculine (den Bären), or Spanish feminine with a masculine article (el agua). */
  special: boolean;
  /** Has no article even when definite: most calendar names. */
  proper?: boolean;
}

export interface Adjective {
  forms: readonly string[];
  /** Stands before its noun (French, Italian, Spanish, Portuguese). */
  before: boolean;
}

export interface Agreement {
  /** A person's is m or f; Dutch and Swedish read both as common. */
  gender: Noun['gender'];
  number: GrammaticalNumber;
}

export interface NounForm {
  determiner: Determiner;
  number: GrammaticalNumber;
  case: Case;
  adjective?: Adjective;
  /** "three apples": the numeral takes the determiner's place. */
  count?: number;
}

/** The morphology of one language: everything regular that the lexicon leaves out. */
export interface Morphology {
  noun(entry: string): Noun;
  adjective(entry: string): Adjective;
  nounPhrase(noun: Noun, form: NounForm): string;
  /** Predicative form: "is big", "est grande". */
  agree(adjective: Adjective, agreement: Agreement): string;
  /** 0..40 in words; `agreement` for one, and its compounds. */
  numeral(n: number, agreement?: Agreement): string;
  /** Subject, object and definite-article forms for a person. Pro-drop languages have an empty subject. */
  pronouns: Record<Gender, { he: string; him: string; the: string; stressed: string }>;
  genitive(name: string): string;
  /** Contractions and elisions over a whole sentence: "de le" to "du", "in dem" to "im". */
  contract(text: string): string;
}
