/** Opens the drawer with the conversations behind a score. The drawer's code comes only then. */
import { html } from 'lit';
import type { StudyState } from '../../app/facade.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Category } from '../../core/question.ts';
import type { Store } from '../store.ts';
import { layOver } from './over.ts';

export interface Behind {
  study: StudyState;
  model: string;
  dataset: string;
  mix: string;
  language: LanguageCode | 'all';
  category?: Category;
  /** A second mix to lay beside the first. */
  other?: string;
}

export async function openConversations(store: Store, behind: Behind): Promise<void> {
  await import('./conversations.ts');
  layOver((closed) => html`<pinch-conversations .store=${store} .behind=${behind} @pinch-closed=${closed}></pinch-conversations>`);
}
