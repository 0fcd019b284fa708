/** Opens the drawer with the conversations behind a score. The drawer's code comes only then. */
import { html } from 'lit';
import type { Store } from '../store.ts';
import type { Behind } from './behind.ts';
import { layOver } from './over.ts';

export async function openConversations(store: Store, behind: Behind): Promise<void> {
  await import('./conversations.ts');
  layOver((closed) => html`<pinch-conversations .store=${store} .behind=${behind} @pinch-closed=${closed}></pinch-conversations>`);
}
