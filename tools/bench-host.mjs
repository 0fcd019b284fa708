// node tools/bench-host.mjs [--device=swiftshader --rounds=15]: milliseconds that the asking thread spends on a training step on
// WebGPU, and on 1,000 nodes of it. `webgpu` in place of `swiftshader` takes the machine's own GPU.
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';

const { values: args } = parseArgs({ options: { device: { type: 'string', default: 'swiftshader' }, rounds: { type: 'string', default: '15' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4195' } } });
const bench = await openBenchPage({ port: Number(args.port), device: args.device });
try {
  const found = await bench.page.evaluate(async (rounds) => (await import('/tests/bench/host.ts')).hostTimes(rounds), Number(args.rounds));
  for (const [name, { nodes, times }] of Object.entries(found)) console.log(`${name.padEnd(16)}${nodes} nodes, ${median(times).toFixed(2)} ms a step: ${((1000 * median(times)) / nodes).toFixed(2)} ms for 1,000 nodes, at least ${((1000 * Math.min(...times)) / nodes).toFixed(2)} (${times.map((time) => time.toFixed(1)).join(', ')})`);
} finally {
  await bench.close();
}
