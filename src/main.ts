/** The page's entry: opens the lab, hands it to the pages, and goes on with what a reload interrupted. */
import { readOptions } from './app/address.ts';
import { createLab, type PageLab } from './app/lab.ts';
import { keepFresh } from './app/offline.ts';

declare global {
  interface Window {
    /** See docs and `src/app/facade.ts`; what the pages, a script in the console and the tests drive the lab through. */
    lab: PageLab;
  }
}

const address = new URL(location.href);
const options = readOptions(address);
// Before anything that computes: a page that is not isolated yet is reloaded once by this.
await keepFresh();
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
if (!options.fresh) await lab.resumeInterrupted();
