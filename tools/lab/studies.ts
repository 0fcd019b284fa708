/** The lab's own rules about studies, for the command line: bundled for Node by tools/run-ts.mjs. */
export { isFull } from '../../src/records/adapter.ts';
export { version } from '../../package.json';
export { writeAnswers, writeJudgments } from '../../src/data/benchmarks/index.ts';
export { readBundle, writeBundle } from '../../src/studies/bundle.ts';
export { cardOf } from '../../src/studies/card.ts';
export { parseManifest } from '../../src/records/manifest.ts';
export { mergeStudies } from '../../src/studies/merge.ts';
export { resultsOf } from '../../src/studies/results.ts';
export { cellsOfShard, parseShard } from '../../src/studies/shard.ts';
