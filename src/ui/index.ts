/** The page. `mount(lab)` puts it into the document; nothing else in the project touches the DOM. */
import type { Lab } from '../app/facade.ts';
import { render, html } from 'lit';
import './theme/tokens.css';
import './theme/base.css';
import './kit/basic.ts';
import './shell.ts';
import { Store } from './store.ts';
import { applyMode } from './theme/mode.ts';

/**
 * Shows the lab in `place` (the document's `#app`, or its body), replacing what was there.
 * @returns an end: takes the page away and stops listening to the lab
 */
export function mount(lab: Lab, place: HTMLElement = document.getElementById('app') ?? document.body): () => void {
  applyMode();
  const store = new Store(lab);
  const stop = store.start();
  place.replaceChildren();
  render(html`<pinch-shell .store=${store}></pinch-shell>`, place);
  return () => {
    stop();
    render(html``, place);
  };
}
