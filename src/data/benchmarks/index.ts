export { readAnswers, writeAnswers } from './answers.ts';
export { type Benchmark, EMPTY_BENCHMARK, mergeBenchmarks, type Reference, summarise } from './benchmark.ts';
export { temperatureOf, turnPrompt } from './dialogue.ts';
export { kindOfFile } from './file-kind.ts';
export { readJudgments, writeJudgments } from './judgments.ts';
export { type BenchmarkOptions, parseBenchmark, type ParsedBenchmark } from './parse.ts';
export { stratify } from './stratify.ts';
