// node tools/bench-host.mjs [--device=swiftshader --rounds=15]: milliseconds that the asking thread spends on a training step on
// WebGPU, and on 1,000 nodes of it. `webgpu` in place of `swiftshader` takes the machine's own GPU. A software GPU computes on the
// processor, so on Linux Chromium's GPU process is kept to one core and the page to the others, and beside the wall's clock there is
// the page's own thread's: its processor time, without what it waits for the software GPU.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';
import { JSON_OPTION, row, saveResult } from './bench-result.mjs';

const { values: args } = parseArgs({ options: { ...JSON_OPTION, device: { type: 'string', default: 'swiftshader' }, rounds: { type: 'string', default: '15' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4195' } } });

/** @returns {string[]} the processes of one of Chromium's kinds */
function processes(type) {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--type=${type}`);
    } catch {
      return false;
    }
  });
}

/** @returns {boolean} whether both kinds of process could be kept to cores of their own */
function apart() {
  const cores = availableParallelism();
  if (cores < 2) return false;
  const kept = (type, cpus) => {
    const pids = processes(type);
    return pids.length > 0 && pids.every((pid) => spawnSync('taskset', ['-a', '-p', '-c', cpus, pid]).status === 0);
  };
  return kept('gpu-process', String(cores - 1)) && kept('renderer', `0-${cores - 2}`);
}

/** @returns {number | null} milliseconds of processor time that the pages' main threads have had, as Linux counts it */
function threadTime() {
  const pids = processes('renderer');
  if (pids.length === 0) return null;
  return pids.reduce((sum, pid) => sum + Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);
}

const bench = await openBenchPage({ port: Number(args.port), device: args.device });
const rows = [];
try {
  if (args.device === 'swiftshader') console.log(apart() ? 'The GPU process has a core of its own.' : 'The GPU process and the page share the cores: times are of both.');
  await bench.page.exposeFunction('threadTime', threadTime);
  const found = await bench.page.evaluate(async (rounds) => (await import('/tests/bench/host.ts')).hostTimes(rounds, globalThis.threadTime), Number(args.rounds));
  for (const [name, { nodes, times, processor }] of Object.entries(found)) {
    rows.push(row({ what: `${name}, ${nodes} nodes, until submitted`, unit: 'ms a step', ours: median(times), runs: times.length }));
    if (processor.length > 0) rows.push(row({ what: `${name}, ${nodes} nodes, processor time of the thread`, unit: 'ms a step', ours: median(processor), runs: processor.length }));
    const told = (ms) => `${median(ms).toFixed(2)} ms a step, ${((1000 * median(ms)) / nodes).toFixed(2)} for 1,000 nodes, at least ${((1000 * Math.min(...ms)) / nodes).toFixed(2)} (${ms.map((one) => one.toFixed(1)).join(', ')})`;
    console.log(`${name}, ${nodes} nodes\n  until submitted: ${told(times)}\n  processor time of the thread: ${processor.length === 0 ? 'not told by this system' : told(processor)}`);
  }
  saveResult(args.json, rows);
} finally {
  await bench.close();
}
