/**
 * The key of an endpoint. It goes from the field to the lab and nowhere else: it is never drawn, never put in a link, a
 * manifest or the draft, and kept beyond this tab only when a person ticks the box.
 */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import { View } from '../view.ts';

const STATES = {
  none: 'No key is held for this address.',
  memory: 'A key is held in memory, until this tab is closed.',
  stored: 'A key is kept on this device, until you forget it.',
} as const;

@customElement('pinch-judge-key')
export class JudgeKey extends View {
  @property() baseUrl = '';
  private readonly held = new Task(this, { task: ([url]) => (url ? this.lab.judges.keyState(url) : Promise.resolve('none' as const)), args: () => [this.baseUrl] as const });

  protected override render(): TemplateResult {
    const state = this.held.value ?? 'none';
    return html`<form class="stack-tight" autocomplete="off" @submit=${this.save}>
      <div class="row key-row">
        <wa-input class="grow" label="Key" type="password" name="key" autocomplete="off" ?disabled=${!this.baseUrl}></wa-input>
        <wa-button type="submit" appearance="outlined" ?disabled=${!this.baseUrl}>Use this key</wa-button>
      </div>
      <wa-checkbox name="keep">Keep on this device</wa-checkbox>
      <p class="small row" role="status"><span class="chip" data-tone=${state === 'none' ? 'plain' : 'good'}>${icon(state === 'none' ? 'info' : 'check')}${STATES[state]}</span>${state === 'none' ? '' : html`<button type="button" class="text-button" @click=${this.forget}>Forget it</button>`}</p>
    </form>`;
  }

  private readonly save = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const field = form.querySelector('wa-input');
    const keep = form.querySelector('wa-checkbox')?.checked ?? false;
    const key = field?.value?.trim() ?? '';
    if (!key || !field) return;
    field.value = '';
    void this.store.attempt('The key was not taken', async () => {
      await this.lab.judges.setKey(this.baseUrl, key, { remember: keep });
      await this.held.run();
    });
  };

  private readonly forget = (): void => {
    void this.store.attempt('The key was not forgotten', async () => {
      await this.lab.judges.forgetKey(this.baseUrl);
      await this.held.run();
    });
  };
}
