/** Gives a figure the width of its own place, and draws it again when that changes. */
import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Width } from '../width.ts';

@customElement('pinch-sized')
export class Sized extends LitElement {
  @property({ attribute: false }) draw: (width: number) => TemplateResult = () => html``;
  private readonly width = new Width(this);

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render(): TemplateResult {
    return this.draw(this.width.value);
  }
}
