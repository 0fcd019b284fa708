/** Opens the drawer with the conversations behind a score. The drawer's code comes only then. */
import { html, render } from 'lit';
import type { StudyState } from '../../app/facade.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Category } from '../../core/question.ts';
import type { Store } from '../store.ts';

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
  const opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  await import('./conversations.ts');
  const place = document.createElement('div');
  const shell = document.querySelector('pinch-shell') ?? document.body;
  shell.append(place);
  const close = (): void => {
    render(html``, place);
    place.remove();
    opener?.focus();
  };
  render(html`<pinch-conversations .store=${store} .behind=${behind} @pinch-closed=${close}></pinch-conversations>`, place);
}
