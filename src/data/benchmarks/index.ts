export type { Benchmark, Reference } from '../../records/benchmark.ts';
export { readAnswers, writeAnswers } from './answers.ts';
export { EMPTY_BENCHMARK, mergeBenchmarks, summarise } from './benchmark.ts';
export { temperatureOf, turnPrompt } from './dialogue.ts';
export { kindOfFile } from './file-kind.ts';
export { readJudgments, writeJudgments } from './judgments.ts';
export { type BenchmarkOptions, parseBenchmark, type ParsedBenchmark } from './parse.ts';
export { stratify } from './stratify.ts';
