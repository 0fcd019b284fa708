/**
 * The words each language of the world can say: its lexicon with every inflection, its phrasebook, its instructions,
 * its numerals, and the little words that grammar makes (articles, contractions, pronouns).
 */
import { CITIES, MAX_NUMBER, PEOPLE, STRANGERS } from '../facts.ts';
import { vocabulary } from '../grammar/index.ts';
import type { Case, Determiner } from '../grammar/types.ts';
import { LEXICONS } from '../lexicon/index.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from '../lexicon/types.ts';
import { PHRASEBOOKS } from '../phrases/index.ts';
import { WORDINGS } from '../tasks/wording/index.ts';
import { wordsOf } from './wording.ts';

/** What no table holds because morphology and contraction make it. */
const LITTLE_WORDS: Readonly<Record<WorldLanguage, string>> = {
  en: 's a an the of to in on at by for from with as is are am was has have had he she it they him her them his its their you your i my me we this that and or but not no who what which where there than',
  de: 'der die das den dem des ein eine einen einem einer eines kein keine keinen keinem er sie es ihn ihm ihr ihnen sein seine seinen ihre ihren du dich dir dein ich mich mir mein wir ist sind bin hat haben habe und oder aber nicht von vom zu zum zur in im an am auf aus bei mit nach vor über als wie wer was wo dass dort hier jetzt',
  fr: "le la les l d un une des du de au aux à en dans sur avec pour par et ou mais ne n pas que qu qui quoi où il elle ils elles lui leur son sa ses tu te toi ton ta je j me m moi mon ma nous se s ce c cela est sont suis es a ont ai as plus moins très y",
  it: "il lo la i gli le l un uno una dei degli delle di del dello della dell d a al allo alla all ai agli alle da dal dalla in nel nello nella nell nei su sul sulla con per e ed o ma non che chi cosa dove si ci lui lei gli suo sua tu ti tuo io mi mio mia è sono sei ha hanno ho hai più meno",
  es: 'el la los las lo un una unos unas de del a al en con por para sobre y e o u pero no que qué quién dónde se le les él ella su sus tú te tu yo me mi es son soy eres está están ha tiene tienen tengo más menos',
  pt: 'o a os as um uma uns umas de do da dos das em no na nos nas num numa a ao à aos às por pelo pela com para e ou mas não que quem onde se lhe ele ela seu sua tu te teu tua eu me meu minha é são sou és está estão tem têm tenho mais menos',
  nl: 'de het een van in op aan bij met naar uit voor door te en of maar niet geen er hij zij ze hem haar zijn hun je jij jou jouw ik mij me mijn is bent ben zijn heeft hebben heb wie wat waar dat die dit deze dan daar hier nu',
  sv: 'en ett den det de av i på till från med för om och eller men inte ingen han hon honom henne hans hennes sin sitt du dig din ditt jag mig min mitt är har hade som vem vad var där här nu än att mer mindre',
};

const vocabularies = new Map<WorldLanguage, ReadonlySet<string>>();

/** All the words of a language, lower-case. */
export function vocabularyOf(language: WorldLanguage): ReadonlySet<string> {
  let found = vocabularies.get(language);
  if (!found) vocabularies.set(language, (found = gather(language)));
  return found;
}

let names: ReadonlySet<string> | undefined;

/** Words that belong to no language: people's and pets' names, and city names that all eight share. */
export function neutralWords(): ReadonlySet<string> {
  if (names) return names;
  const found = new Set([...PEOPLE, ...STRANGERS].flatMap((p) => wordsOf(p.name)));
  for (const { pet } of PEOPLE) for (const word of wordsOf(pet.name)) found.add(word);
  for (const { id } of CITIES) {
    const spelled = WORLD_LANGUAGES.map((code) => wordsOf(LEXICONS[code].cities[id] ?? '').at(-1) ?? '');
    if (new Set(spelled).size === 1) found.add(spelled[0] as string);
  }
  return (names = found);
}

function gather(language: WorldLanguage): ReadonlySet<string> {
  const words = new Set<string>(wordsOf(LITTLE_WORDS[language]));
  // One-letter words of the tables are mostly genders; the real ones are among the little words.
  const put = (text: string): void => {
    for (const word of wordsOf(text)) if (word.length > 1) words.add(word);
  };
  for (const table of [LEXICONS[language], PHRASEBOOKS[language], WORDINGS[language]]) for (const text of strings(table)) put(text.replace(/\{[^{}]*\}/g, ' '));
  const { morphology } = vocabulary(language);
  for (let n = 0; n <= MAX_NUMBER; n++) for (const gender of ['m', 'f', 'n', 'c'] as const) put(morphology.numeral(n, { gender, number: 'pl' }));
  for (const entry of Object.values(LEXICONS[language].nouns)) {
    const noun = morphology.noun(entry);
    for (const determiner of ['bare', 'definite'] satisfies Determiner[]) {
      for (const number of ['sg', 'pl'] as const) {
        for (const grammatical of ['nom', 'dat', 'gen'] satisfies Case[]) put(morphology.nounPhrase(noun, { determiner, number, case: grammatical }));
      }
    }
  }
  return words;
}

/** Every string in a table of any shape, but not its keys: those are ids. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(strings);
  return [];
}
