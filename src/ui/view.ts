/**
 * What pages and parts have in common: they draw from the store, in the light DOM, so that one stylesheet, the
 * document's headings and its ids hold for the whole page.
 */
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Lab } from '../app/facade.ts';
import type { Store } from './store.ts';

export abstract class View extends LitElement {
  @property({ attribute: false }) store!: Store;
  private unlisten: (() => void) | null = null;

  get lab(): Lab {
    return this.store.lab;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  /**
   * A button that goes when it is pressed (Start becomes Pause) would drop the focus to the document's beginning; the
   * part of the page around it that is marked `data-holds-focus` takes it instead.
   */
  protected override performUpdate(): void {
    const active = document.activeElement;
    const holder = active && this.contains(active) ? active.closest<HTMLElement>('[data-holds-focus]') : null;
    super.performUpdate();
    if (holder?.isConnected && document.activeElement === document.body) holder.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.unlisten = this.store.listen(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unlisten?.();
    this.unlisten = null;
  }
}
