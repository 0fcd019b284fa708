/** Decoding on WebGPU: one step a run, the memory staying on the GPU. */
import { type DeviceTensor, type Feeds, host } from '../runtime/index.ts';
import { type Decoding, lastFeeds, lowestFeeds, memoryNames, pastFeeds, prefill, type Rows, seenTokens, settingFeeds } from './decoder.ts';
import { HIDDEN, slides } from './shape.ts';

/** Steps between looks at the tokens: each look waits for the GPU. */
const LOOK = 4;
/** Sizes of the window are multiples of this, so that few are ever compiled for. */
const WINDOW = 32;

export async function decodeOnWebGpu(decoding: Decoding): Promise<void> {
  for (const rows of decoding.batches) {
    decoding.signal?.throwIfAborted();
    await decodeBatch(decoding, rows);
  }
}

async function decodeBatch(decoding: Decoding, rows: Rows): Promise<void> {
  const { shape, sessions, signal, onDone } = decoding;
  const { device } = shape.model;
  const held = new Set<DeviceTensor>();
  const keep = (tensor: DeviceTensor): DeviceTensor => {
    held.add(tensor);
    return tensor;
  };
  const drop = (tensor: DeviceTensor): void => {
    if (held.delete(tensor)) tensor.dispose();
  };
  try {
    const { memory: past, lengths, longest: pastLength } = await prefill(decoding, rows);
    for (const tensor of Object.values(past)) keep(tensor);
    const session = await sessions.get('step', shape);
    const { num_key_value_heads: groups, head_dim: width } = shape.model.config;
    const count = rows.length;
    const longest = Math.max(...rows.map((row) => row?.left ?? 0));
    const window = Math.max(WINDOW, Math.ceil(longest / WINDOW) * WINDOW);
    const fixed: Feeds = { ...Object.fromEntries(Object.entries(past).map(([name, tensor]) => [`past_${name}`, tensor])), ...pastFeeds(decoding, lengths, pastLength), ...settingFeeds(decoding, rows) };
    const names = memoryNames(shape.model.layers.length).map((name) => `recent_${name}`);
    const empty = new Float32Array(count * groups * width * window);
    let memory = Object.fromEntries(names.map((name) => [name, keep(device.upload(host('float32', name.includes('key') ? [count, groups, width, window] : [count, groups, window, width], empty)))]));
    let seen = shape.sampling.penalise ? keep(device.upload(seenTokens(decoding, rows))) : null;
    let token: Feeds[string] = lastFeeds(rows).token;
    const forgotten = slides(shape) ? (shape.model.config.sliding_window as number) : null;
    const positions = rows.map((row) => row?.last.position ?? 0);
    let waiting: DeviceTensor[] = [];

    for (let step = 0; rows.some((row) => row && !row.done); step++) {
      signal?.throwIfAborted();
      const here = Float32Array.from({ length: window }, (_, i) => (i === step ? 1 : 0));
      const mask = Float32Array.from({ length: window }, (_, i) => (i <= step ? 0 : HIDDEN));
      const ahead = waiting.length;
      const outputs = await session.run({
        ...fixed,
        ...memory,
        ...(seen ? { seen } : {}),
        token,
        position: host('int64', [count, 1], BigInt64Array.from(positions, (position) => BigInt(position + step))),
        here: host('float32', [1, 1, 1, window], here),
        here_below: host('float32', [1, 1, window, 1], here),
        window_mask: host('float32', [1, 1, 1, window], mask),
        ...(forgotten === null ? {} : { near_mask: host('float32', [1, 1, 1, window], mask.map((value, i) => (i <= step - forgotten ? HIDDEN : value))) }),
        ...lowestFeeds(decoding, positions, step),
        ...(shape.sampling.draw ? { uniform: host('float32', [count, 1], Float32Array.from(rows, (row) => row?.uniform(ahead) ?? 0)) } : {}),
      });
      const before = [...Object.values(memory), ...(seen ? [seen] : [])];
      memory = Object.fromEntries(names.map((name) => [name, keep(outputs.get(`${name}_after`))]));
      if (seen) seen = keep(outputs.get('seen_after'));
      for (const tensor of before) drop(tensor);
      const next = keep(outputs.get('token_after'));
      token = next;
      waiting.push(next);

      const soonest = Math.min(...rows.map((row) => (row && !row.done ? row.left : Number.POSITIVE_INFINITY)));
      if (waiting.length < LOOK && waiting.length < soonest) continue;
      const columns = (await Promise.all(waiting.map((tensor) => tensor.read()))) as Int32Array[];
      rows.forEach((row, i) => {
        if (!row || row.done) return;
        row.take(columns.map((column) => column[i] as number));
        if (row.done) onDone(row);
      });
      for (const tensor of waiting) if (tensor !== next) drop(tensor);
      waiting = [];
    }
  } finally {
    for (const tensor of held) tensor.dispose();
  }
}
