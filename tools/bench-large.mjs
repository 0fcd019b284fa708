// node tools/bench-large.mjs [--device=wasm --tokens=512 --adapters=1 --steps=3 --model=SmolLM2-135M --storage=float16 --layers=N --engine=blockwise --answers]
// One LoRA step on random checkpoints of real shapes in Chromium: seconds a step, and the most memory the tab took.
// Without --model: SmolLM2-135M as float16, then Qwen3-0.6B as int4.
import { readFileSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openBenchPage } from './bench-page.mjs';
import { JSON_OPTION, row, saveResult } from './bench-result.mjs';

const { values: args } = parseArgs({
  options: {
    ...JSON_OPTION, device: { type: 'string', default: 'wasm' }, tokens: { type: 'string', default: '512' }, adapters: { type: 'string', default: '1' }, steps: { type: 'string', default: '3' },
    model: { type: 'string' }, storage: { type: 'string', default: 'float16' }, layers: { type: 'string' }, engine: { type: 'string' }, answers: { type: 'boolean', default: false }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4198' },
  },
});
/** The most memory that this process's renderers have had resident at once, in GB: each one's VmHWM, on Linux. */
function rendererPeak() {
  const renderers = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map((pid) => {
    try {
      return { command: readFileSync(`/proc/${pid}/cmdline`, 'utf8'), status: readFileSync(`/proc/${pid}/status`, 'utf8') };
    } catch {
      return { command: '', status: '' };
    }
  });
  const peaks = renderers.filter(({ command }) => command.includes('--type=renderer')).map(({ status }) => Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 2 ** 20);
  return peaks.length > 0 ? Math.max(...peaks) : null;
}

const runs = args.model ? [{ model: args.model, storage: args.storage }] : [{ model: 'SmolLM2-135M', storage: 'float16' }, { model: 'Qwen3-0.6B', storage: 'int4' }];
const rows = [];
const bench = await openBenchPage({ port: Number(args.port), device: args.device });
try {
  for (const run of runs) {
    const page = await bench.fresh();
    const idle = rendererPeak();
    const request = { device: args.device, ...run, tokens: Number(args.tokens), adapters: Number(args.adapters), steps: Number(args.steps), ...(args.layers ? { layers: Number(args.layers) } : {}), ...(args.engine ? { engine: args.engine } : {}), ...(args.answers ? { answers: true } : {}) };
    const result = await page.evaluate(async (own) => (await import('/tests/bench/page.ts')).large(own), request);
    const { parameters, engine, seconds, loss } = result;
    const peak = rendererPeak();
    const title = `${run.model} as ${run.storage}`;
    if (peak) rows.push(row({ what: `${title}, most memory resident`, unit: 'GB', ours: peak }));
    if (args.answers) {
      rows.push(row({ what: `${title}, one prompt`, unit: 'tokens/s', ours: 16 / seconds.one, runs: 1 }), row({ what: `${title}, sixteen prompts`, unit: 'tokens/s', ours: result.tokens / seconds.sixteen, runs: 1 }));
      console.log(`${run.model} (${(parameters / 1e6).toFixed(0)} M) as ${run.storage}: 16 new tokens behind 64 in ${seconds.one.toFixed(1)} s (${(16 / seconds.one).toFixed(1)} tokens/s), 16 prompts at once in ${seconds.sixteen.toFixed(1)} s (${(result.tokens / seconds.sixteen).toFixed(0)} tokens/s); peak ${peak?.toFixed(2)} GB resident`);
      continue;
    }
    const median = seconds.steps.slice(1).toSorted((a, b) => a - b)[(seconds.steps.length - 1) >> 1] ?? seconds.steps[0];
    if (median !== undefined) rows.push(row({ what: `${title}, ${args.adapters} x ${args.tokens} tokens, ${engine}`, unit: 's a step', ours: median, runs: Math.max(1, seconds.steps.length - 1) }));
    console.log(`${run.model} (${(parameters / 1e6).toFixed(0)} M) as ${run.storage}, ${engine}, ${args.adapters} x ${args.tokens} tokens: loaded in ${seconds.load.toFixed(1)} s, first step ${seconds.steps[0]?.toFixed(1)} s, then ${median?.toFixed(2)} s (${((args.adapters * args.tokens) / median).toFixed(0)} tokens/s); peak ${peak?.toFixed(2)} GB resident (an empty tab ${idle?.toFixed(2)}); loss ${loss.map((value) => value.toFixed(3)).join(', ')}`);
    console.log(JSON.stringify({ ...request, parameters, engine, seconds, loss, peakGB: peak, idleGB: idle }));
  }
  saveResult(args.json, rows);
} finally {
  await bench.close();
}
