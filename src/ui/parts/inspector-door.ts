/** Opens the token inspector over the page. Its code comes only then. */
import { html } from 'lit';
import type { Conversation } from '../../records/conversation.ts';
import type { Store } from '../store.ts';
import { layOver } from './over.ts';

export async function inspectTokens(store: Store, conversation: Conversation): Promise<void> {
  await import('./token-inspector.ts');
  layOver((closed) => html`<pinch-token-inspector .store=${store} .conversation=${conversation} @pinch-closed=${closed}></pinch-token-inspector>`);
}
