// node tools/bench-kernels.mjs [--rounds=11]: the lab's product kernels against ONNX Runtime's own, one thread in Chromium: medians of the inner
// loop's GFLOP/s, and microseconds of products of few rows as a graph asks for them; and of products with weights in codes beside the same with decoded
// weights, which are there already, on one thread and on two.
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';
import { JSON_OPTION, row, saveResult } from './bench-result.mjs';

const { values: args } = parseArgs({ options: { ...JSON_OPTION, rounds: { type: 'string', default: '11' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4194' } } });
const bench = await openBenchPage({ port: Number(args.port) });
const rows = [];
try {
  const found = await bench.page.evaluate(async (rounds) => (await import('/tests/bench/kernels.ts')).kernels(rounds), Number(args.rounds));
  console.log(`${'rows x depth x columns'.padEnd(36)}${'the lab'.padStart(9)}${'ONNX Runtime'.padStart(14)}${'ratio'.padStart(8)}`);
  for (const [shape, { own, stock }] of Object.entries(found)) {
    rows.push(row({ what: shape, unit: 'GFLOP/s', ours: median(own), peer: median(stock), peerName: 'ONNX Runtime', runs: own.length }));
    console.log(`${shape.padEnd(36)}${median(own).toFixed(1).padStart(9)}${median(stock).toFixed(1).padStart(14)}${(median(own) / median(stock)).toFixed(2).padStart(8)}`);
  }
  const few = {};
  for (const stock of [false, true]) {
    const page = await bench.fresh();
    few[stock] = await page.evaluate(async ([rounds, own]) => (await import('/tests/bench/kernels.ts')).fewRows(rounds, own), [4 * Number(args.rounds), stock]);
  }
  console.log(`\n${'batches x rows x depth x columns'.padEnd(34)}${'the lab'.padStart(12)}${'ONNX Runtime'.padStart(16)}${'ratio'.padStart(8)}`);
  for (const [shape, own] of Object.entries(few.false)) {
    const [ours, theirs] = [median(own), median(few.true[shape])];
    rows.push(row({ what: `batches x rows x depth x columns ${shape}`, unit: 'us', ours, peer: theirs, peerName: 'ONNX Runtime', runs: own.length }));
    console.log(`${shape.padEnd(34)}${ours.toFixed(1).padStart(9)} us${theirs.toFixed(1).padStart(13)} us${(theirs / ours).toFixed(2).padStart(8)}`);
  }
  for (const threads of [1, 2]) {
    const page = await bench.fresh();
    const quantized = await page.evaluate(async ([rounds, own]) => (await import('/tests/bench/kernels.ts')).quantized(rounds, own), [Number(args.rounds), threads]);
    console.log(`\n${`rows x depth x columns, ${threads} ${threads === 1 ? 'thread' : 'threads'}`.padEnd(42)}${'in codes'.padStart(12)}${'decoded before'.padStart(18)}${'ratio'.padStart(8)}`);
    for (const [shape, { codes, decoded }] of Object.entries(quantized)) {
      rows.push(row({ what: `${shape}, threads: ${threads}`, unit: 'us', ours: median(codes), peer: median(decoded), peerName: 'decoded weights', runs: codes.length }));
      console.log(`${shape.padEnd(42)}${median(codes).toFixed(0).padStart(9)} us${median(decoded).toFixed(0).padStart(15)} us${(median(decoded) / median(codes)).toFixed(2).padStart(8)}`);
    }
  }
  saveResult(args.json, rows);
} finally {
  await bench.close();
}
