/** What a running study asks of the data rooms. */
import { LabError } from '../../core/errors.ts';
import { Rng } from '../../core/rng.ts';
import type { Judge } from '../../records/judgment.ts';
import { type BookCall, OpenAiJudge, PromptLibrary } from '../../judging/index.ts';
import { composeIds, parseMix } from '../../data/recipes/index.ts';
import type { StudyData } from '../../studies/engine.ts';
import type { JudgeConfig } from '../../records/manifest.ts';
import { createRuleJudge } from '../../world/index.ts';
import type { BenchmarkLibrary } from './benchmarks.ts';
import type { DatasetLibrary } from './datasets.ts';
import type { KeyRing } from './keys.ts';

export function studyData(datasets: DatasetLibrary, benchmarks: BenchmarkLibrary, keys: KeyRing): StudyData {
  return {
    composition: composer(datasets),
    async judge({ judge, benchmark }, book) {
      return makeJudge(judge, await promptLibrary(benchmarks, benchmark.id), keys, book);
    },
  };
}

/** The records of a cell's composition. */
export function composer(datasets: DatasetLibrary): StudyData['composition'] {
  return async (cell, { records, training }) => {
    const content = await datasets.content(cell.dataset);
    const { train, validation } = composeIds(content.ids, parseMix(cell.mix), { seed: cell.seed, records, evalFraction: training.eval_fraction, inOrder: !training.shuffle });
    return { train: train.map((entry) => content.find(entry)), validation: validation.map((entry) => content.find(entry)) };
  };
}

export function makeJudge(config: JudgeConfig, prompts: PromptLibrary, keys: KeyRing, book?: BookCall): Judge {
  if (config.kind === 'imported') throw new LabError('judging.imported', 'The judgments of this study are those of an imported log; there is nobody to ask.', 'Import the answers again without the log, with a judge of the lab.');
  if (config.kind === 'rules') return createRuleJudge();
  return new OpenAiJudge(config, prompts, { key: () => keys.get(config.base_url), rng: new Rng(`judge/${config.model}`), ...(book ? { book } : {}) });
}

/** The prompts that came with a benchmark; those that ship with the lab fill in for the rest. */
export async function promptLibrary(benchmarks: BenchmarkLibrary, id: string): Promise<PromptLibrary> {
  return new PromptLibrary((await benchmarks.get(id)).content.prompts);
}
