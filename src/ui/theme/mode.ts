/** Light or dark: the system's choice until a person makes one, which is then remembered. */
const PLACE = 'pinch-theme';
export type Mode = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');

/** What is on the screen now. */
export function mode(): Mode {
  const forced = document.documentElement.dataset['theme'];
  return forced === 'light' || forced === 'dark' ? forced : system.matches ? 'dark' : 'light';
}

export function setMode(chosen: Mode): void {
  document.documentElement.dataset['theme'] = chosen;
  try {
    localStorage.setItem(PLACE, chosen);
  } catch {
    // Where nothing can be kept the choice lasts as long as the page.
  }
  dispatchEvent(new Event('pinch-mode'));
}

/** Applies a remembered choice. index.html does the same before the first paint. */
export function applyMode(): void {
  const kept = localStorage.getItem(PLACE);
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset['theme'] = kept;
}

/** Calls `listener` whenever light turns to dark or back. @returns an end to it */
export function onMode(listener: () => void): () => void {
  addEventListener('pinch-mode', listener);
  system.addEventListener('change', listener);
  return () => {
    removeEventListener('pinch-mode', listener);
    system.removeEventListener('change', listener);
  };
}
