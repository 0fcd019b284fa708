/** The eight languages' wording of the tasks. */
import type { WorldLanguage } from '../../lexicon/types.ts';
import { DE } from './de.ts';
import { EN } from './en.ts';
import { ES } from './es.ts';
import { FR } from './fr.ts';
import { IT } from './it.ts';
import { NL } from './nl.ts';
import { PT } from './pt.ts';
import { SV } from './sv.ts';
import type { Wording } from './types.ts';

export const WORDINGS: Readonly<Record<WorldLanguage, Wording>> = { en: EN, de: DE, fr: FR, it: IT, es: ES, pt: PT, nl: NL, sv: SV };
