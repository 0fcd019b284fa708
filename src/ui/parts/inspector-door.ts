/** Opens the token inspector over the page. Its code comes only then. */
import { html, render } from 'lit';
import type { Conversation } from '../../core/conversation.ts';
import type { Store } from '../store.ts';

export async function inspectTokens(store: Store, conversation: Conversation): Promise<void> {
  const opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  await import('./token-inspector.ts');
  const place = document.createElement('div');
  (document.querySelector('pinch-shell') ?? document.body).append(place);
  const close = (): void => {
    render(html``, place);
    place.remove();
    opener?.focus();
  };
  render(html`<pinch-token-inspector .store=${store} .conversation=${conversation} @pinch-closed=${close}></pinch-token-inspector>`, place);
}
