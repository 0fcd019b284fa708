// node tools/bench-profile.mjs [--seconds=6]: where a step of world-dense spends its time on WASM, one thread, by the browser's sampling profiler:
// training on 128 tokens and decoding, one adapter and nine. Of what is not the lab's own, the ten functions with the most time of their own.
// With --model=Qwen3-0.6B [--storage=int4 --layers=4 --engine=whole]: a training step of that checkpoint, one adapter, or with --answers its answers, one prompt and sixteen.
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';
import { JSON_OPTION, row, saveResult } from './bench-result.mjs';

const { values: args } = parseArgs({ options: { ...JSON_OPTION, seconds: { type: 'string', default: '6' }, model: { type: 'string' }, storage: { type: 'string', default: 'int4' }, layers: { type: 'string', default: '4' }, engine: { type: 'string', default: 'blockwise' }, answers: { type: 'boolean', default: false }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4193' } } });
const INTERVAL_US = 250;
const MOST = 10;
const bench = await openBenchPage({ port: Number(args.port) });
const rows = [];
try {
  const large = args.model ? { model: args.model, storage: args.storage, layers: Number(args.layers), engine: args.engine } : null;
  for (const kind of large ? [args.answers ? 'decoding' : 'training'] : ['training', 'decoding']) for (const adapters of large ? (args.answers ? [1, 16] : [1]) : [1, 9]) {
    const page = await bench.fresh();
    const cdp = await page.context().newCDPSession(page);
    const { names, steps } = await page.evaluate(async ([own, count, checkpoint]) => {
      const profile = await import('/tests/bench/profile.ts');
      globalThis.work = await profile.work(own, count, checkpoint ?? undefined);
      return { names: await profile.kernelNames(), steps: profile.steps(own, Boolean(checkpoint)) };
    }, [kind, adapters, large]);
    const repeat = () => page.evaluate(async (seconds) => {
      const times = [];
      for (const started = performance.now(); performance.now() - started < 1000 * seconds; ) {
        const before = performance.now();
        await globalThis.work();
        times.push(performance.now() - before);
      }
      return times;
    }, Number(args.seconds));
    // Until the browser has compiled what is hot for good.
    await repeat();
    await cdp.send('Profiler.enable');
    await cdp.send('Profiler.setSamplingInterval', { interval: INTERVAL_US });
    await cdp.send('Profiler.start');
    const ms = median(await repeat()) / steps;
    const { profile } = await cdp.send('Profiler.stop');
    const called = new Map(profile.nodes.map(({ id, callFrame: { functionName } }) => [id, names[functionName] ?? functionName]));
    const spent = new Map();
    let total = 0;
    profile.samples.forEach((id, i) => {
      spent.set(called.get(id), (spent.get(called.get(id)) ?? 0) + profile.timeDeltas[i]);
      total += profile.timeDeltas[i];
    });
    const own = new Set(Object.values(names));
    const sorted = [...spent].sort(([, a], [, b]) => b - a);
    const rest = sorted.filter(([name]) => !own.has(name));
    console.log(`\n${large ? `${large.model} as ${large.storage}, ${large.layers} layers: ` : ''}${kind}, ${adapters} ${large && args.answers ? 'at once' : adapters === 1 ? 'adapter' : 'adapters at once'}: ${ms.toFixed(2)} ms a step`);
    const title = `${large ? `${large.model} as ${large.storage}, ${large.layers} layers, ` : ''}${kind}, ${adapters} at once`;
    rows.push(row({ what: title, unit: 'ms a step', ours: ms }));
    const line = (name, time) => {
      rows.push(row({ what: `${title}: ${name}`, unit: '% of the time', ours: (100 * time) / total }));
      console.log(`${name.padEnd(44)}${((100 * time) / total).toFixed(1).padStart(6)} %${((ms * time) / total).toFixed(2).padStart(9)} ms`);
    };
    for (const [name, time] of sorted) if (own.has(name)) line(name, time);
    for (const [name, time] of rest.slice(0, MOST)) line(name, time);
    line(`${rest.length - MOST} others`, rest.slice(MOST).reduce((sum, [, time]) => sum + time, 0));
  }
  saveResult(args.json, rows);
} finally {
  await bench.close();
}
