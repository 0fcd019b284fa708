/** All studies in this browser with their state, newest first. */
import { html, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import { icon } from '../kit/icons.ts';
import { moment, percent, plural } from '../numbers.ts';
import { href } from '../route.ts';
import { standing, STATUS } from '../stages.ts';
import type { Store } from '../store.ts';
import { ask } from './ask.ts';

export function studyList(store: Store): TemplateResult {
  const { studies } = store;
  if (studies === null) return html`<div class="hold" style=${styleMap({ '--hold': '6rem' })} aria-busy="true"></div>`;
  if (studies.length === 0) return html`<p class="quiet">No study yet. The first one appears here as soon as it is started.</p>`;
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label="Studies"><table class="table small">
    <thead><tr><th scope="col">Study</th><th scope="col">State</th><th scope="col" class="num">Done</th><th scope="col">Mixes</th><th scope="col">Made</th><th scope="col"><span class="only-read">Actions</span></th></tr></thead>
    <tbody>${studies.map((study) => {
      const { name, tone } = STATUS[study.status];
      const remove = async (): Promise<void> => {
        if (await ask(`Remove “${study.name}”?`, 'Its losses, answers, grades and adapters are deleted from this browser. Export the study first if you may want them again.', 'Remove it')) await store.command(study.id, 'remove');
      };
      return html`<tr>
        <th scope="row"><a href=${href('train', study.id)}>${study.name}</a></th>
        <td><span class="chip" data-tone=${tone}>${name}</span></td>
        <td class="num">${percent(standing(study).share)}</td>
        <td>${plural(study.manifest.mixes.length, 'mix', 'mixes')}</td>
        <td>${moment(study.created)}</td>
        <td><div class="actions">${study.status === 'done' ? html`<a href=${href('results', study.id)}>Results<span class="only-read"> of ${study.name}</span></a>` : ''}<button type="button" class="text-button" @click=${remove}>${icon('trash')}Remove<span class="only-read"> ${study.name}</span></button></div></td>
      </tr>`;
    })}</tbody>
  </table></div>`;
}
