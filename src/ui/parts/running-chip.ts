/** On every page: what is running and how far it is, one click from its live view. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { percent } from '../numbers.ts';
import { href } from '../route.ts';
import { DOING, standing } from '../stages.ts';
import { View } from '../view.ts';

@customElement('pinch-running-chip')
export class RunningChip extends View {
  protected override render(): TemplateResult | typeof nothing {
    const study = this.store.running;
    if (!study) return nothing;
    const { current, share } = standing(study);
    const doing = study.status === 'pausing' ? 'Pausing' : DOING[current];
    const where = study.id === this.store.homeStudy?.id ? href('home') : href('train', study.id);
    return html`<a class="badge" data-tone="running" href=${where} title=${study.name}><span class="pulse" aria-hidden="true"></span><span><span class="only-read">Study running: </span>${doing} <span class="num">${percent(share)}</span></span></a>`;
  }
}
