// node tools/bench-decode.mjs [--rounds=5 --threads=2 --prompt=60 --answer=32 --model=NAME]
// Greedy decoding against transformers.js on the same weights, and nine adapters at once against nine in turn. Medians and ratios.
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';
import { JSON_OPTION, row, saveResult } from './bench-result.mjs';

const { values: args } = parseArgs({ options: { ...JSON_OPTION, rounds: { type: 'string', default: '5' }, threads: { type: 'string', default: '2' }, prompt: { type: 'string', default: '60' }, answer: { type: 'string', default: '32' }, model: { type: 'string' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4197' } } });
/** Those take seconds a token on a processor. */
const LARGE = /^(SmolLM2-135M|Qwen3-0.6B as int4)$/;
const bench = await openBenchPage({ port: Number(args.port) });
const rows = [];
try {
  for (const model of args.model ? [args.model] : ['world-dense', 'SmolLM2-135M, six layers', 'SmolLM2-135M', 'Qwen3-0.6B as int4']) {
    const page = await bench.fresh();
    const request = { model, rounds: Number(args.rounds), threads: Number(args.threads), prompt: Number(args.prompt), answer: Number(args.answer), nine: !LARGE.test(model) };
    const { times, same } = await page.evaluate(async (own) => (await import('/tests/bench/decode.ts')).decode(own), request);
    const ms = Object.fromEntries(Object.entries(times).map(([name, own]) => [name, median(own)]));
    console.log(`\n${model}: ${args.prompt} tokens of prompt, ${args.answer} new ones, ${args.threads} threads; ${same ? 'the same tokens from both' : 'NOT the same tokens from both'}`);
    for (const [name, own] of Object.entries(ms)) {
      const answers = (Number.parseInt(name, 10) || 1) * (name.includes('nine') ? 9 : 1);
      console.log(`${name.padEnd(60)}${own.toFixed(0).padStart(8)} ms${((1000 * answers * request.answer) / own).toFixed(0).padStart(8)} new tokens/s`);
    }
    const ratios = {
      'one prompt against transformers.js': ms['one prompt, transformers.js'] / ms['one prompt'],
      '32 prompts against transformers.js': ms['32 prompts, transformers.js'] / ms['32 prompts'],
      'nine adapters at once against nine in turn, one prompt each': (9 * ms['one prompt, one adapter']) / ms['one prompt each, nine adapters at once'],
      'nine adapters at once against nine in turn, four each': (9 * ms['4 prompts, one adapter']) / ms['4 prompts each, nine adapters at once'],
    };
    for (const [name, value] of Object.entries(ratios)) if (value) console.log(`${name.padEnd(60)}${value.toFixed(2).padStart(8)}x`);
    for (const prompts of ['one prompt', '32 prompts']) {
      const [ours, peer] = [ms[prompts], ms[`${prompts}, transformers.js`]];
      const rate = (own) => (1000 * (Number.parseInt(prompts, 10) || 1) * request.answer) / own;
      if (ours && peer) rows.push(row({ what: `${model}, ${prompts}`, unit: 'tokens/s', ours: rate(ours), peer: rate(peer), peerName: 'transformers.js', runs: request.rounds }));
    }
    for (const [alone, together] of [['one prompt, one adapter', 'one prompt each, nine adapters at once'], ['4 prompts, one adapter', '4 prompts each, nine adapters at once']]) {
      if (ms[alone] && ms[together]) rows.push(row({ what: `${model}, ${together}`, unit: 'ms', ours: ms[together], peer: 9 * ms[alone], peerName: 'nine in turn', runs: request.rounds }));
    }
    console.log(JSON.stringify({ ...request, medians: ms, ratios, same }));
  }
  saveResult(args.json, rows);
} finally {
  await bench.close();
}
