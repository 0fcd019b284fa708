/** A composition as it will be trained. */
import type { LanguageCode } from '../core/languages.ts';

/** One composition as it will be trained: proof before the run. */
export interface MixPlan {
  /** `ENDEFRITES-sampled` */
  name: string;
  kind: 'monolingual' | 'union' | 'sampled';
  languages: LanguageCode[];
  /** Records a language, before the validation split. */
  counts: Record<LanguageCode, number>;
  total: number;
  /** Distinct record ids. */
  distinct: number;
  validation: number;
  /** In one sentence, for the page. */
  description: string;
}
