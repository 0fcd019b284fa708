/** Malformed adapters, safetensors files and checkpoint configurations: a clear error each, or what was read is sound. */
import { test } from '@playwright/test';
import { adapterShapes, checkAdapter, initialAdapter } from '../../src/engine/adapters/adapter.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readAdapter, unzipAdapter, writeAdapter, zipAdapter } from '../../src/engine/adapters/peft.ts';
import { Rng } from '../../src/core/rng.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { readSafetensors } from '../../src/files/safetensors.ts';
import { runCampaign } from '../fuzz/campaign.ts';
import { BYTE_MUTATIONS, type Bytes, JSON_MUTATIONS, type Mutation } from '../fuzz/mutate.ts';
import { goldenJson } from '../golden/files.ts';

const BASE = { name: 'org/tiny', revision: null };
const fields = await goldenJson('untied/config.json');
const model = parseConfig(fields);
const adapter = initialAdapter({ r: 2, lora_alpha: 4, lora_dropout: 0, target_modules: ['q_proj', 'down_proj'] }, model, new Rng(3));
const files = writeAdapter(adapter, BASE);
const good = JSON.parse(new TextDecoder().decode(files[ADAPTER_CONFIG])) as Record<string, unknown>;
const encode = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;

interface Entry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}

/** The file with one tensor's entry in its header changed, and the header's length made right again. */
function withEntry(bytes: Bytes, rng: Rng, change: (entry: Entry, other: Entry) => void): Bytes {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, Entry>;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__').map(([, entry]) => entry);
  change(rng.pick(entries), rng.pick(entries));
  const head = encode(JSON.stringify(header));
  const made = new Uint8Array(8 + head.length + bytes.length - 8 - length);
  new DataView(made.buffer).setBigUint64(0, BigInt(head.length), true);
  made.set(head, 8);
  made.set(bytes.subarray(8 + length), 8 + head.length);
  return made;
}

const HEADERS: readonly Mutation<Bytes>[] = [
  { name: 'a shape that lies', apply: (bytes, rng) => withEntry(bytes, rng, (entry) => void (entry.shape = rng.pick([[2 ** 40, 2 ** 40], [-2, -32], [0], [1.5], 'x', null, [2, 32, 7]]))) },
  { name: 'offsets that overlap', apply: (bytes, rng) => withEntry(bytes, rng, (entry, other) => void (entry.data_offsets = other.data_offsets)) },
  { name: 'offsets that lie', apply: (bytes, rng) => withEntry(bytes, rng, (entry) => void (entry.data_offsets = rng.pick([[8, 0], [0, 1e15], [-8, 8], [0], null, [0.5, 8.5]]))) },
  { name: 'another type', apply: (bytes, rng) => withEntry(bytes, rng, (entry) => void (entry.dtype = rng.pick(['F16', 'F8_E8M0', 'F64', 'Q9', 3, null, '__proto__']))) },
  { name: 'NaN at the end', apply: (bytes) => { const made = bytes.slice(); new DataView(made.buffer).setUint32(made.length - 4, 0x7fc00000, true); return made; } },
];

/** Sound: the base's own names and shapes, all of it finite. `checkAdapter` throws where it is not. */
function soundAdapter(read: ReturnType<typeof readAdapter>): string | null {
  checkAdapter(read, model);
  for (const name of adapterShapes(read.config, model).keys()) if (!read.tensors.get(name)?.data.every(Number.isFinite)) return `${name} is not finite`;
  return null;
}

test('malformed weights of adapters', () => runCampaign<Bytes>({
  reader: 'adapter weights', seeds: [files[ADAPTER_WEIGHTS] as Bytes], mutations: [...BYTE_MUTATIONS, ...HEADERS], files: 300,
  read: (bytes) => soundAdapter(readAdapter({ ...files, [ADAPTER_WEIGHTS]: bytes })),
}));

test('malformed configurations of adapters', () => runCampaign<unknown>({
  reader: 'adapter configs', seeds: [good], mutations: JSON_MUTATIONS, files: 240,
  read: (json) => soundAdapter(readAdapter({ ...files, [ADAPTER_CONFIG]: encode(JSON.stringify(json) ?? '') })),
}));

test('malformed zips of adapters', () => runCampaign<Bytes>({
  reader: 'adapter zips', seeds: [zipAdapter(adapter, BASE, '# Card')], mutations: BYTE_MUTATIONS, files: 240,
  read: (bytes) => soundAdapter(unzipAdapter(bytes)),
}));

test('malformed safetensors', () => runCampaign<Bytes>({
  reader: 'safetensors', seeds: [files[ADAPTER_WEIGHTS] as Bytes], mutations: [...BYTE_MUTATIONS, ...HEADERS], files: 300,
  read(bytes) {
    let held = 0;
    for (const { bytes: own } of readSafetensors(bytes, 'file').tensors.values()) held += own.length;
    return held > bytes.length ? `${held} bytes of tensors in ${bytes.length}` : null;
  },
}));

test('malformed checkpoint configurations', () => runCampaign<unknown>({
  reader: 'checkpoint configs', seeds: [fields], mutations: JSON_MUTATIONS, files: 240,
  read(json) {
    const { hidden_size, num_hidden_layers, vocab_size } = parseConfig(json);
    return [hidden_size, num_hidden_layers, vocab_size].every((n) => Number.isSafeInteger(n) && n > 0) ? null : 'sizes that are none';
  },
}));
