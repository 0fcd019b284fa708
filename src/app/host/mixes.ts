/** Compositions of the datasets the lab has: what each would be, and its exact records. */
import { STUDY_LANGUAGES } from '../../core/languages.ts';
import { composeIds, describeMix, parseMix, studyCompositions } from '../../data/recipes/index.ts';
import { TrainingSchema } from '../../records/manifest.ts';
import * as v from 'valibot';
import type { MixesApi } from '../facade.ts';
import type { DatasetLibrary } from './datasets.ts';

const DEFAULT_EVAL_FRACTION = v.getDefaults(TrainingSchema).eval_fraction;

export class MixDesk implements MixesApi {
  constructor(private readonly datasets: DatasetLibrary) {}

  async plans({ dataset, languages, seed = 0, records = null, eval_fraction = DEFAULT_EVAL_FRACTION }: Parameters<MixesApi['plans']>[0]): ReturnType<MixesApi['plans']> {
    const { ids } = await this.datasets.content(dataset);
    const there = Object.keys(ids);
    const studied = STUDY_LANGUAGES.filter((code) => there.includes(code));
    const wanted = languages ?? (studied.length > 1 ? studied : there);
    return studyCompositions(wanted).map((name) => describeMix(ids, name, { seed, records, evalFraction: eval_fraction }));
  }

  async records({ dataset, mix, seed = 0, records = null, offset = 0, limit = 50 }: Parameters<MixesApi['records']>[0]): ReturnType<MixesApi['records']> {
    const content = await this.datasets.content(dataset);
    const { train } = composeIds(content.ids, parseMix(mix), { seed, records });
    return { total: train.length, rows: train.slice(offset, offset + limit).map((entry) => content.find(entry)) };
  }
}
