/** Tells a figure how wide its place is, so that text in it keeps its size on every screen. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class Width implements ReactiveController {
  /** px; a sound guess until the first measurement. */
  value: number;
  private readonly observer: ResizeObserver;

  /** @param beside what lies left and right of the figure inside the host, px */
  constructor(private readonly host: ReactiveControllerHost & HTMLElement, private readonly beside = 0) {
    host.addController(this);
    this.value = Math.min(1120, document.documentElement.clientWidth - 48) - beside;
    this.observer = new ResizeObserver(([entry]) => {
      const width = Math.floor((entry?.contentRect.width ?? 0) - this.beside);
      if (width > 0 && width !== this.value) {
        this.value = width;
        this.host.requestUpdate();
      }
    });
  }

  hostConnected(): void {
    this.observer.observe(this.host);
  }

  hostDisconnected(): void {
    this.observer.disconnect();
  }
}
