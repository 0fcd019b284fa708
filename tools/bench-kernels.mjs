// node tools/bench-kernels.mjs [--rounds=11]: the lab's product kernel against ONNX Runtime's own, one thread in Chromium, medians in GFLOP/s.
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';

const { values: args } = parseArgs({ options: { rounds: { type: 'string', default: '11' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4194' } } });
const bench = await openBenchPage({ port: Number(args.port) });
try {
  const found = await bench.page.evaluate(async (rounds) => (await import('/tests/bench/kernels.ts')).kernels(rounds), Number(args.rounds));
  console.log(`${'rows x depth x columns'.padEnd(26)}${'the lab'.padStart(9)}${'ONNX Runtime'.padStart(14)}${'ratio'.padStart(8)}`);
  for (const [shape, { own, stock }] of Object.entries(found)) console.log(`${shape.padEnd(26)}${median(own).toFixed(1).padStart(9)}${median(stock).toFixed(1).padStart(14)}${(median(own) / median(stock)).toFixed(2).padStart(8)}`);
} finally {
  await bench.close();
}
