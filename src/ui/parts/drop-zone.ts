/**
 * Takes files and folders by drop or by the browser's own picker; a keyboard reaches it as any file field. Fires `pinch-files`
 * with a promise of the files: a folder takes time to read, and may not be readable.
 */
import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PlacedFile } from '../../app/folder.ts';
import { chosenFiles, droppedFiles } from '../dropped.ts';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import './drop-zone.css';

export type FilesEvent = CustomEvent<Promise<PlacedFile[]>>;

@customElement('pinch-drop-zone')
export class DropZone extends LitElement {
  /** What may be dropped here, in a few words. */
  @property() label = 'Drop files here or choose them';
  @property() hint = '';
  /** As the `accept` of a file field. */
  @property() accept = '';
  @property({ type: Boolean }) single = false;
  /** Offers a button to choose a whole folder; a file field takes either files or a folder. */
  @property({ type: Boolean }) folders = false;
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
      </label>
      ${this.folders ? html`<wa-button class="drop-folder" size="s" appearance="outlined" ?disabled=${this.disabled} @click=${() => this.querySelector<HTMLInputElement>('input[webkitdirectory]')?.click()}>${icon('data', 'start')}Choose a folder</wa-button><input hidden type="file" webkitdirectory @change=${this.onPick} />` : ''}`;
  }

  private onOver(event: DragEvent): void {
    event.preventDefault();
    this.over = !this.disabled;
  }

  private onDrop(event: DragEvent): void {
    event.preventDefault();
    this.over = false;
    const { dataTransfer } = event;
    if (!this.disabled && dataTransfer && dataTransfer.items.length > 0) this.give(droppedFiles(dataTransfer));
  }

  private onPick(event: Event): void {
    const field = event.target as HTMLInputElement;
    const chosen = chosenFiles(field.files as FileList);
    field.value = ''; // so that the same file, mended, can be chosen again
    this.give(Promise.resolve(chosen));
  }

  private give(files: Promise<PlacedFile[]>): void {
    this.dispatchEvent(new CustomEvent('pinch-files', { detail: files }));
  }
}
