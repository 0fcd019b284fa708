// node tools/bench-host.mjs [--device=swiftshader --rounds=15]: milliseconds that the asking thread spends on a training step on
// WebGPU, and on 1,000 nodes of it. `webgpu` in place of `swiftshader` takes the machine's own GPU. A software GPU computes on the
// processor, so on Linux Chromium's GPU process is kept to one core and the page to the others: what is timed is asking alone.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';

const { values: args } = parseArgs({ options: { device: { type: 'string', default: 'swiftshader' }, rounds: { type: 'string', default: '15' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4195' } } });

/** @returns {boolean} whether both kinds of process could be kept to cores of their own */
function apart() {
  const cores = availableParallelism();
  if (process.platform !== 'linux' || cores < 2) return false;
  const kept = (type, cpus) => {
    const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--type=${type}`);
      } catch {
        return false;
      }
    });
    return pids.length > 0 && pids.every((pid) => spawnSync('taskset', ['-a', '-p', '-c', cpus, pid]).status === 0);
  };
  return kept('gpu-process', String(cores - 1)) && kept('renderer', `0-${cores - 2}`);
}

const bench = await openBenchPage({ port: Number(args.port), device: args.device });
try {
  if (args.device === 'swiftshader') console.log(apart() ? 'The GPU process has a core of its own.' : 'The GPU process and the page share the cores: times are of both.');
  const found = await bench.page.evaluate(async (rounds) => (await import('/tests/bench/host.ts')).hostTimes(rounds), Number(args.rounds));
  for (const [name, { nodes, times }] of Object.entries(found)) console.log(`${name.padEnd(16)}${nodes} nodes, ${median(times).toFixed(2)} ms a step: ${((1000 * median(times)) / nodes).toFixed(2)} ms for 1,000 nodes, at least ${((1000 * Math.min(...times)) / nodes).toFixed(2)} (${times.map((time) => time.toFixed(1)).join(', ')})`);
} finally {
  await bench.close();
}
