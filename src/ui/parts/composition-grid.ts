/** The nine mixes as nine small pictures of who gets which records, drawn from the lab's own plans before anything has run. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Lab } from '../../app/facade.ts';
import type { Manifest } from '../../records/manifest.ts';
import { composition, type CompositionData } from '../figures/composition.ts';
import { mixName } from '../figures/heatmap.ts';
import { languageColor, languageName } from '../names.ts';
import { count } from '../numbers.ts';
import { View } from '../view.ts';
import '../figures/figures.css';
import './composition-grid.css';
import type { MixPlan } from '../../records/mix.ts';

/** Record ids drawn in each picture. */
const DRAWN = 20;

/**
 * The compositions of a manifest's first dataset. Which languages a sampled mix holds a record in is read from its
 * exact records; the other kinds hold every record in all their languages.
 */
export async function compositionData(lab: Lab, manifest: Manifest): Promise<CompositionData[]> {
  const [dataset = ''] = manifest.datasets;
  const { records, training } = manifest;
  const [seed = 0] = manifest.seeds;
  const plans = (await lab.mixes.plans({ dataset, records, seed, eval_fraction: training.eval_fraction })).filter(({ name }) => manifest.mixes.includes(name));
  const languages = [...new Set(plans.flatMap((plan) => plan.languages))];
  const held = new Map<string, Map<string, string[]>>();
  const ids = new Set<string>();
  for (const { name, kind, total } of plans) {
    if (kind !== 'sampled') continue;
    const { rows } = await lab.mixes.records({ dataset, mix: name, seed, records, offset: 0, limit: total });
    const by = new Map<string, string[]>();
    for (const { id, language } of rows) by.set(id, [...(by.get(id) ?? []), language]);
    held.set(name, by);
    for (const id of by.keys()) ids.add(id);
  }
  const drawn = [...ids].sort().slice(0, DRAWN);
  const of = ({ name, kind, languages: own }: MixPlan, id: string): string[] => (kind === 'sampled' ? (held.get(name)?.get(id) ?? []) : own);
  return plans.map((plan) => ({ mix: plan.name, languages, total: plan.total, records: drawn.map((id) => ({ id, languages: of(plan, id) })) }));
}

@customElement('pinch-composition-grid')
export class CompositionGrid extends View {
  private readonly data = new Task(this, { task: async ([manifest]) => (manifest ? compositionData(this.lab, manifest) : null), args: () => [this.store.home] as const });

  protected override render(): TemplateResult {
    const tiles = this.data.value ?? null;
    const languages = tiles?.[0]?.languages ?? [];
    return html`<figure class="figure">
      <div class="figure-head"><h2 class="grid-title">Nine mixes of the same records</h2></div>
      <ul class="grid-legend">${languages.map((code) => html`<li><span class="swatch" style=${styleMap({ '--swatch': languageColor(code) })}></span>${languageName(code)}</li>`)}</ul>
      <ul class="grid-tiles">
        ${tiles ? tiles.map((tile) => html`<li><span class="grid-name">${mixName(tile.mix)}</span>${composition(tile)}<span class="tiny quiet num">${count(tile.total)}<span class="wide-only"> conversations</span></span></li>`) : Array.from({ length: 9 }, () => html`<li><span class="grid-name">&nbsp;</span><div class="hold grid-hold"></div><span class="tiny">&nbsp;</span></li>`)}
      </ul>
      <figcaption>Columns are records, rows are languages: a filled square means that the mix teaches this record in this language; below each, its number of conversations. Drawn from the first ${DRAWN} record ids of the study's dataset.</figcaption>
    </figure>`;
  }
}
