/** A dataset as the lab lists it. */
import type { LanguageCode } from '../core/languages.ts';

export interface DatasetSummary {
  id: string;
  name: string;
  /** The layout it was read from; `world` for the embedded ones. */
  layout: 'lima' | 'bactrian' | 'messages' | 'sharegpt' | 'alpaca' | 'world';
  origin: 'embedded' | 'files';
  languages: LanguageCode[];
  /** Records a language. */
  counts: Record<LanguageCode, number>;
  /** Ids that every language has; 0 where the data is not parallel. */
  parallel: number;
  description: string;
}
