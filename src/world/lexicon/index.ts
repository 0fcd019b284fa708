import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { nl } from './nl.ts';
import { pt } from './pt.ts';
import { sv } from './sv.ts';
import type { Lexicon, WorldLanguage } from './types.ts';

export { WORLD_LANGUAGES, type Lexicon, type WorldLanguage } from './types.ts';

export const LEXICONS: Readonly<Record<WorldLanguage, Lexicon>> = { en, de, fr, it, es, pt, nl, sv };
