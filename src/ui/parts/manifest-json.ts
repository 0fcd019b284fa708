/** The whole manifest as JSON, to read, to change, and to be told at once which field is wrong. */
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Manifest, ManifestInput } from '../../records/manifest.ts';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import { words } from '../store.ts';
import { View } from '../view.ts';

@customElement('pinch-manifest-json')
export class ManifestJson extends View {
  /** What has been typed; null while it is the draft itself. */
  @state() private text: string | null = null;
  @state() private problems: readonly string[] = [];
  private checking = 0;

  protected override render(): TemplateResult {
    const { draft } = this.store;
    const shown = this.text ?? JSON.stringify(draft, null, 2);
    return html`<div class="stack">
      <wa-textarea class="json" label="Manifest" rows="18" resize="vertical" spellcheck="false" autocapitalize="off" .value=${shown} @input=${this.onInput}></wa-textarea>
      <div role="status">${this.text === null ? html`<p class="small quiet">This is the manifest as it stands. Change it here or with the fields above.</p>` : this.problems.length === 0 ? html`<p class="small"><span class="chip" data-tone="good">${icon('check')}Valid</span></p>` : html`<ul class="problems">${this.problems.map((problem) => html`<li class="words">${problem}</li>`)}</ul>`}</div>
      <div class="row"><wa-button variant="brand" appearance="outlined" ?disabled=${this.text === null || this.problems.length > 0} @click=${this.use}>Use this manifest</wa-button><wa-button appearance="plain" ?disabled=${this.text === null} @click=${() => ((this.text = null), (this.problems = []))}>Undo</wa-button></div>
    </div>`;
  }

  private readonly onInput = async (event: Event): Promise<void> => {
    this.text = (event.target as HTMLTextAreaElement).value;
    const turn = ++this.checking;
    const { problems } = await this.check(this.text);
    if (turn === this.checking) this.problems = problems;
  };

  private readonly use = async (): Promise<void> => {
    const { manifest } = await this.check(this.text ?? '');
    if (!manifest) return;
    this.store.setDraft(manifest);
    this.text = null;
  };

  private async check(text: string): Promise<{ manifest: Manifest | null; problems: readonly string[] }> {
    try {
      return { manifest: await this.lab.studies.validate(JSON.parse(text) as ManifestInput), problems: [] };
    } catch (thrown) {
      return { manifest: null, problems: problemsOf(thrown) };
    }
  }
}

/** Each thing wrong with a manifest, as the lab or the JSON parser names it. */
export function problemsOf(thrown: unknown): readonly string[] {
  const { data } = (thrown ?? {}) as { data?: { problems?: unknown } };
  return Array.isArray(data?.problems) ? data.problems.map(String) : [words(thrown).message];
}
