import type { Adjective, Agreement, Morphology, Noun } from './types.ts';

/** What French, Italian, Spanish and Portuguese do not share. Articles see the word that follows them. */
export interface RomanceRules {
  definite(agreement: Agreement, next: string, noun: Noun): string;
  indefinite(agreement: Agreement, next: string): string;
  /** French "du pain", "des feuilles"; the others leave it out. */
  partitive(agreement: Agreement, next: string): string;
  numeral(n: number, agreement?: Agreement): string;
  /** The numeral right before its noun, where it differs from `numeral` (Italian "uno zaino", Spanish "veintiún"). */
  counting(n: number, agreement: Agreement, next: string): string;
  /** An adjective standing before its noun, where sound changes it (French "vieil arbre"). */
  before?(word: string, next: string): string;
  pronouns: Morphology['pronouns'];
  genitive(name: string): string;
  contract(text: string): string;
}

/** One form: invariable. Two: singular, plural. Four: m, f, m plural, f plural. */
function agree(adjective: Adjective, { gender, number }: Agreement): string {
  const { forms } = adjective;
  const feminine = gender === 'f' ? 1 : 0;
  const plural = number === 'pl' ? 1 : 0;
  const index = forms.length === 1 ? 0 : forms.length === 2 ? plural : plural * 2 + feminine;
  return forms[index] as string;
}

/** A Romance language from its rules: gender and number everywhere, adjectives mostly after the noun. */
export function romance(rules: RomanceRules): Morphology {
  return {
    noun(entry) {
      const [head = '', plural] = entry.split('/');
      const [gender = '', ...sg] = head.split(' ');
      const moved = /^([mf]) (.*)$/.exec(plural ?? '');
      const noun: Noun = { gender: gender[0] as 'm' | 'f', sg: [sg.join(' ')], pl: plural ? [moved?.[2] ?? plural] : [], special: gender === 'fe' };
      if (gender.endsWith('p')) noun.proper = true;
      if (moved) noun.pluralGender = moved[1] as 'm' | 'f';
      return noun;
    },
    adjective: (entry) => ({ forms: entry.replace('<', '').split('/'), before: entry.startsWith('<') }),
    nounPhrase(noun, { determiner, number, adjective, count }) {
      const plural = number === 'pl' && noun.pl.length > 0;
      const agreement: Agreement = { gender: (plural && noun.pluralGender) || noun.gender, number: plural ? 'pl' : 'sg' };
      const head = (plural ? noun.pl[0] : noun.sg[0]) as string;
      const described = adjective ? agree(adjective, agreement) : '';
      const words = !adjective ? head : adjective.before ? `${rules.before?.(described, head) ?? described} ${head}` : `${head} ${described}`;
      if (count !== undefined) return `${rules.counting(count, agreement, words)} ${words}`;
      const article =
        noun.proper ? ''
        : determiner === 'definite' || determiner === 'generic' ? rules.definite(agreement, words, noun)
        : determiner === 'indefinite' && noun.pl.length > 0 ? rules.indefinite(agreement, words)
        : determiner === 'bare' ? ''
        : rules.partitive(agreement, words);
      return article === '' ? words : article.endsWith("'") ? article + words : `${article} ${words}`;
    },
    agree,
    numeral: rules.numeral,
    pronouns: rules.pronouns,
    genitive: rules.genitive,
    contract: rules.contract,
  };
}
