/** Decoding on WASM: many steps a run, a run short enough to be interrupted. */
import { type DeviceTensor, type Feeds, host } from '../runtime/index.ts';
import { constantFeeds, type Decoding, lastFeeds, prefill, seenInPrompts } from './decoder.ts';

/** A run should not last longer: between runs a person can cancel, and results can be shown. */
const RUN_SECONDS = 0.5;
const FIRST_STEPS = 16;

/** Learns how many steps fit into a run; shared by the batches of a generator. */
export class Pace {
  private secondsPerStep: number | null = null;

  steps(wanted: number): number {
    return Math.max(1, Math.min(wanted, this.secondsPerStep === null ? FIRST_STEPS : Math.round(RUN_SECONDS / this.secondsPerStep)));
  }

  observe(seconds: number, steps: number): void {
    this.secondsPerStep = seconds / steps;
  }
}

export async function decodeOnWasm(decoding: Decoding, pace: Pace): Promise<void> {
  const { rows, shape, sessions, stops, signal, onDone } = decoding;
  const { past } = await prefill(decoding);
  signal?.throwIfAborted();
  const session = await sessions.get('loop', shape);
  const { num_key_value_heads: groups, head_dim: width } = shape.model.config;
  const count = rows.length;
  const fixed: Feeds = { ...past, ...constantFeeds(decoding), stops: host('int32', [stops.length], Int32Array.from(stops)), tokens_before: host('int32', [count, 0], new Int32Array(0)) };

  let memory: Record<string, Feeds[string]> = {};
  shape.model.layers.forEach((_, layer) => {
    memory[`recent_key${layer}`] = host('float32', [count, groups, width, 0], new Float32Array(0));
    memory[`recent_value${layer}`] = host('float32', [count, groups, 0, width], new Float32Array(0));
  });
  let seen: Feeds[string] | null = seenInPrompts(decoding);
  const alive = (): boolean[] => rows.map((row) => row !== null && !row.done);

  while (alive().some(Boolean)) {
    signal?.throwIfAborted();
    const running = alive();
    const steps = pace.steps(Math.max(...rows.map((row, i) => (running[i] && row ? row.left : 0))));
    const started = performance.now();
    const outputs = await session.run({
      ...fixed,
      ...memory,
      ...lastFeeds(rows),
      ...(seen ? { seen } : {}),
      ...(shape.sampling.draw ? { uniforms: host('float32', [count, steps], Float32Array.from({ length: count * steps }, (_, i) => rows[Math.floor(i / steps)]?.uniform(i % steps) ?? 0)) } : {}),
      steps: host('int64', [], BigInt64Array.of(BigInt(steps))),
      done: host('float32', [count], Float32Array.from(running, (is) => (is ? 0 : 1))),
      limit: host('float32', [count], Float32Array.from(rows, (row) => row?.left ?? 0)),
      enough: host('float32', [], Float32Array.of(count)),
    });
    const tokens = outputs.get('tokens');
    const taken = tokens.shape[1] as number;
    pace.observe((performance.now() - started) / 1000, taken);
    const ids = (await tokens.read()) as Int32Array;
    rows.forEach((row, i) => {
      if (!row || !running[i]) return;
      row.take(ids.subarray(i * taken, (i + 1) * taken));
      if (row.done) onDone(row);
    });
    memory = Object.fromEntries(Object.keys(memory).map((name): [string, DeviceTensor] => [name, outputs.get(`${name}_after`)]));
    if (seen) seen = outputs.get('seen_after');
  }
}
