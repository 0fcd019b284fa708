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
