/** Tells a figure how wide its place is, so that text in it keeps its size on every screen. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class Width implements ReactiveController {
  /** px; a sound guess until the first measurement. */
  value: number;
  private readonly observer: ResizeObserver;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
    this.value = Math.min(1120, document.documentElement.clientWidth - 64);
    this.observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
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
