/** The page's entry: opens the lab, hands it to the pages, and goes on with what a reload interrupted. */
import { readOptions } from './app/address.ts';
import { createLab, type PageLab } from './app/lab.ts';
import { keepFresh } from './app/offline.ts';
import { trustOnlyOwn } from './app/trusted.ts';
import { LabError } from './core/errors.ts';

declare global {
  interface Window {
    /** See docs and `src/app/facade.ts`; what the pages, a script in the console and the tests drive the lab through. */
    lab: PageLab;
  }
}

async function open(): Promise<void> {
  const address = new URL(location.href);
  const options = readOptions(address);
  // A page that is not isolated yet is reloaded once by this, before anything computes; one that is need not wait.
  const kept = keepFresh();
  if (!crossOriginIsolated) await kept;
  const lab = createLab(options);
  window.lab = lab;
  if (options.fresh) {
    await lab.clear();
    // A reload must not empty the storage again.
    address.searchParams.delete('fresh');
    history.replaceState(null, '', address);
  }
  const { mount } = await import('./ui/index.ts');
  mount(lab);
  if (!options.fresh) await lab.resumeInterrupted().catch((error: unknown) => console.warn('The interrupted study could not go on by itself:', error));
}

/** Nothing is there yet to show an error with but the page's own first words. */
function sayWhyNot(thrown: unknown): void {
  const { message, hint } = LabError.from(thrown, 'app.start', 'Reload the page; a current Chrome, Edge, Firefox or Safari is needed.');
  const place = document.querySelector('.arriving p') ?? document.body;
  place.textContent = `The lab could not open. ${message} ${hint}`;
  console.error(thrown);
}

trustOnlyOwn();
open().catch(sayWhyNot);
