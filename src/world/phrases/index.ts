import type { WorldLanguage } from '../lexicon/types.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { nl } from './nl.ts';
import { pt } from './pt.ts';
import { sv } from './sv.ts';
import type { Phrasebook } from './types.ts';

export { PLANS, type PersonFact, type Phrasebook, type Plan } from './types.ts';

export const PHRASEBOOKS: Readonly<Record<WorldLanguage, Phrasebook>> = { en, de, fr, it, es, pt, nl, sv };
