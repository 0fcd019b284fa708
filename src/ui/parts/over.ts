/**
 * Puts an element over the page and takes it away again when it says `pinch-closed`, or when another page is opened;
 * the focus goes back to where it was.
 */
import { render, type TemplateResult } from 'lit';

/** @param draw gets what the element has to call when it has closed */
export function layOver(draw: (closed: () => void) => TemplateResult): void {
  const opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  const place = document.createElement('div');
  (document.querySelector('pinch-shell') ?? document.body).append(place);
  const leave = (): void => {
    removeEventListener('hashchange', leave);
    render(null, place);
    place.remove();
  };
  addEventListener('hashchange', leave);
  render(draw(() => {
    leave();
    opener?.focus();
  }), place);
}
