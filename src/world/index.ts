/** The embedded world: instruction data, a benchmark and a judge for it, all made from one closed set of facts. */
export { WORLD_LANGUAGES, type WorldLanguage } from './lexicon/types.ts';
export { type WorldDataset, type WorldDatasetId, worldConversations, worldDatasets, type WorldOptions, type WorldRecord, worldRecords } from './datasets.ts';
export { benchmarkTasks, heldOut, WORLD_BENCHMARK_ID, worldBenchmark } from './benchmark.ts';
export { createRuleJudge, detectWorldLanguage, type QuestionRubric, RUBRIC_CAPS, RUBRIC_PARTS, RUBRIC_TEXT } from './judge/index.ts';
