/** The prompts an LLM judge is sent, language by language, as text. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { languageName } from '../names.ts';
import { View } from '../view.ts';
import { choice } from './choice.ts';
import './conversations.css';
import type { JudgePromptText } from '../../records/judge-prompt.ts';

@customElement('pinch-judge-prompts')
export class JudgePrompts extends View {
  @property() benchmark = '';
  @state() private language = '';

  private readonly prompts = new Task(this, { task: ([benchmark]) => (benchmark ? this.lab.judges.prompts(benchmark) : Promise.resolve([] as JudgePromptText[])), args: () => [this.benchmark] as const });

  protected override render(): TemplateResult {
    const all = this.prompts.value ?? [];
    const languages = [...new Set(all.map(({ language }) => language))];
    const language = languages.includes(this.language) ? this.language : (languages[0] ?? '');
    return html`<div class="stack" style=${styleMap({ 'min-block-size': '12rem' })}>
      ${this.prompts.status === 3 ? html`<p class="words">The prompts could not be read: ${this.prompts.error instanceof Error ? this.prompts.error.message : String(this.prompts.error)}</p>` : ''}
      ${choice('Language of the answer', language, languages.map((code) => [code, languageName(code)]), (value) => (this.language = value))}
      <div class="stack-tight">${all.filter((prompt) => prompt.language === language).map((prompt) => html`<details class="fold fold-boxed"><summary><code>${prompt.name}</code> <span class="small quiet">${prompt.origin === 'imported' ? 'from your files' : 'built in'}</span></summary>
        <div class="stack-tight" lang=${prompt.language}>${prompt.system_prompt ? html`<p class="tag" lang="en">System</p><pre class="prompt-words" tabindex="0">${prompt.system_prompt}</pre>` : ''}<p class="tag" lang="en">Prompt</p><pre class="prompt-words" tabindex="0">${prompt.prompt_template}</pre></div>
      </details>`)}</div>
    </div>`;
  }
}
