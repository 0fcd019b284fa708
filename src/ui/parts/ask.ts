/** Asks before something is lost. Resolves true only for a clear yes. */
import { html, render } from 'lit';
import '../kit/overlays.ts';

export function ask(title: string, message: string, yes: string): Promise<boolean> {
  const opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  const place = document.createElement('div');
  (document.querySelector('pinch-shell') ?? document.body).append(place);
  return new Promise((resolve) => {
    let answer = false;
    const dialog = (): (HTMLElement & { open: boolean; updateComplete: Promise<boolean> }) | null => place.querySelector('wa-dialog');
    const close = (value: boolean) => () => {
      answer = value;
      const box = dialog();
      if (box) box.open = false;
    };
    const gone = (event: Event): void => {
      if (event.target !== event.currentTarget) return;
      render(html``, place);
      place.remove();
      opener?.focus();
      resolve(answer);
    };
    render(html`<wa-dialog label=${title} @wa-after-hide=${gone}>
      <p class="words">${message}</p>
      <wa-button slot="footer" appearance="outlined" @click=${close(false)}>Keep it</wa-button>
      <wa-button slot="footer" variant="danger" @click=${close(true)}>${yes}</wa-button>
    </wa-dialog>`, place);
    const box = dialog();
    void box?.updateComplete.then(() => (box.open = true));
  });
}
