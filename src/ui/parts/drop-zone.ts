/** Takes files by drop or by the browser's own picker; a keyboard reaches it as any file field. Fires `pinch-files`. */
import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../kit/icons.ts';
import './drop-zone.css';

@customElement('pinch-drop-zone')
export class DropZone extends LitElement {
  /** What may be dropped here, in a few words. */
  @property() label = 'Drop files here or choose them';
  @property() hint = '';
  /** As the `accept` of a file field. */
  @property() accept = '';
  @property({ type: Boolean }) single = false;
  @property({ type: Boolean }) disabled = false;
  @state() private over = false;

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<label class="drop" ?data-over=${this.over} ?data-disabled=${this.disabled} @dragover=${this.onOver} @dragleave=${() => (this.over = false)} @drop=${this.onDrop}>
      ${icon('upload')}
      <span><strong>${this.label}</strong>${this.hint ? html`<br /><span class="small quiet">${this.hint}</span>` : ''}</span>
      <input class="only-read" type="file" ?multiple=${!this.single} accept=${this.accept} ?disabled=${this.disabled} @change=${this.onPick} />
    </label>`;
  }

  private onOver(event: DragEvent): void {
    event.preventDefault();
    this.over = !this.disabled;
  }

  private onDrop(event: DragEvent): void {
    event.preventDefault();
    this.over = false;
    if (!this.disabled) this.give([...(event.dataTransfer?.files ?? [])]);
  }

  private onPick(event: Event): void {
    const field = event.target as HTMLInputElement;
    this.give([...(field.files ?? [])]);
    field.value = ''; // so that the same file, mended, can be chosen again
  }

  private give(files: File[]): void {
    if (files.length > 0) this.dispatchEvent(new CustomEvent<File[]>('pinch-files', { detail: this.single ? files.slice(0, 1) : files }));
  }
}
