// node tools/bench-start.mjs [--rounds=7 --threads=2]: how long the engine takes to be ready on WASM, in a new browser each time, with ONNX Runtime as it is and with
// the lab's kernels put into it; and, of the latter, proving the kernels and putting them in. Medians.
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';
import { JSON_OPTION, row, saveResult } from './bench-result.mjs';

const { values: args } = parseArgs({ options: { ...JSON_OPTION, rounds: { type: 'string', default: '7' }, threads: { type: 'string', default: '2' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4189' } } });
const bench = await openBenchPage({ port: Number(args.port) });
try {
  const times = {};
  const keep = (found) => {
    for (const [name, ms] of Object.entries(found)) (times[name] ??= []).push(ms);
  };
  for (let round = 0; round < Number(args.rounds); round++) {
    for (const stock of [true, false]) {
      const page = await bench.fresh();
      keep(await page.evaluate(async ([threads, stockProducts]) => (await import('/tests/bench/start.ts')).opening(threads, stockProducts), [Number(args.threads), stock]));
    }
    const page = await bench.fresh();
    keep(await page.evaluate(async () => (await import('/tests/bench/start.ts')).parts()));
  }
  for (const [name, own] of Object.entries(times)) console.log(`${name.padEnd(60)}${median(own).toFixed(0).padStart(6)} ms   (${own.map((ms) => ms.toFixed(0)).join(', ')})`);
  saveResult(args.json, Object.entries(times).map(([name, own]) => row({ what: name, unit: 'ms', ours: median(own), runs: own.length })));
} finally {
  await bench.close();
}
