import type { WorldLanguage } from '../lexicon/types.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { nl } from './nl.ts';
import { pt } from './pt.ts';
import { sv } from './sv.ts';
import type { Morphology } from './types.ts';

export const MORPHOLOGIES: Readonly<Record<WorldLanguage, Morphology>> = { en, de, fr, it, es, pt, nl, sv };
