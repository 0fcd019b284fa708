import { expect, test } from '@playwright/test';
import { readOptions, readStudyHash, writeStudyHash } from '../../src/app/address.ts';
import { headersFor, parseAddress } from '../../src/hub/source.ts';
import { freeId } from '../../src/app/host/ids.ts';
import { weightsSize } from '../../src/hub/safetensors-header.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { writeSafetensors } from '../../src/files/safetensors.ts';
import { HOME } from '../../src/catalog/home.ts';
import { type Verdict, verdict } from '../../src/engine/training/fits.ts';

test('the address chooses the device and says whether to begin afresh', () => {
  expect(readOptions(new URL('https://lab.example/'))).toEqual({ device: 'auto', fresh: false });
  expect(readOptions(new URL('https://lab.example/?device=webgpu&fresh'))).toEqual({ device: 'webgpu', fresh: true });
  expect(() => readOptions(new URL('https://lab.example/?device=tpu'))).toThrow('"tpu"');
});

test('a study goes into a link and comes out again, whatever its words', () => {
  const manifest = { ...HOME, name: 'Zürich >>> ??? 中文 🙂' };
  const hash = writeStudyHash(manifest);
  expect(hash).toMatch(/^#study=[\w-]+$/);
  expect(readStudyHash(hash)).toEqual(manifest);
  expect(readStudyHash('#/results')).toBeNull();
  const damaged = (): unknown => readStudyHash(hash.slice(0, -20));
  expect(damaged).toThrow('damaged');
});

test('a checkpoint is found behind each way of naming it', () => {
  const found = (address: string, revision?: string): string => {
    const parsed = parseAddress(address, revision);
    return 'folder' in parsed ? parsed.folder.href : `${parsed.repository} at ${parsed.revision}`;
  };
  expect(found('HuggingFaceTB/SmolLM2-135M')).toBe('HuggingFaceTB/SmolLM2-135M at main');
  expect(found(' HuggingFaceTB/SmolLM2-135M@v2 ')).toBe('HuggingFaceTB/SmolLM2-135M at v2');
  expect(found('HuggingFaceTB/SmolLM2-135M', 'abc')).toBe('HuggingFaceTB/SmolLM2-135M at abc');
  expect(found('https://huggingface.co/HuggingFaceTB/SmolLM2-135M')).toBe('HuggingFaceTB/SmolLM2-135M at main');
  expect(found('https://huggingface.co/HuggingFaceTB/SmolLM2-135M/tree/refs%2Fpr%2F1')).toBe('HuggingFaceTB/SmolLM2-135M at refs/pr/1');
  expect(found('https://files.example/models/tiny')).toBe('https://files.example/models/tiny/');
  expect(found('https://files.example/models/tiny/config.json?token=1')).toBe('https://files.example/models/tiny/?token=1');
  expect(() => parseAddress('not an address')).toThrow(/neither a web address nor the name/);
});

test('a token goes to the Hub and to nobody else', () => {
  expect(headersFor(new URL('https://huggingface.co/org/name/resolve/main/config.json'), 'hf_x')).toEqual({ authorization: 'Bearer hf_x' });
  for (const url of ['https://huggingface.co.evil.example/x', 'http://huggingface.co/x', 'https://cdn.example/x']) expect(headersFor(new URL(url), 'hf_x')).toEqual({});
});

const GIGABYTE = 2 ** 30;
const SMALL = { hidden_size: 64, num_attention_heads: 2, num_hidden_layers: 1, intermediate_size: 64, vocab_size: 1000 };
const verdicts: [title: string, config: object, bytes: number, place: Parameters<typeof verdict>[2], kind: Verdict['kind']][] = [
  ['SmolLM2-135M in a tab', { hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 49152, tie_word_embeddings: true }, 269e6, { kind: 'wasm' }, 'fits'],
  ['Qwen3-0.6B in a tab', { model_type: 'qwen3', hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, vocab_size: 151936, tie_word_embeddings: true }, 1.5e9, { kind: 'wasm' }, 'fits-as-int4'],
  ['Qwen3-0.6B on a graphics card', { model_type: 'qwen3', hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, vocab_size: 151936, tie_word_embeddings: true }, 1.2e9, { kind: 'webgpu', largestBuffer: 2 * GIGABYTE }, 'fits'],
  ['an 8B Llama anywhere', { hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 128256 }, 16e9, { kind: 'wasm' }, 'does-not-fit'],
  ['a small model on a full disk', SMALL, 1e6, { kind: 'wasm', free: 1.5e6 }, 'does-not-fit'],
  ['a small model of which most is here already', SMALL, 1e6, { kind: 'wasm', free: 1.5e6, toStore: 1.2e6 }, 'fits'],
  ['a vocabulary that the GPU cannot bind', SMALL, 1e6, { kind: 'webgpu', largestBuffer: 1000 }, 'does-not-fit'],
];
for (const [title, config, bytes, place, kind] of verdicts) {
  test(`whether ${title} fits is said before it is fetched, with figures`, () => {
    const found = verdict(parseConfig({ model_type: 'llama', ...config }), bytes, place);
    expect(found.kind, found.reason).toBe(kind);
    expect(found.reason).toMatch(/\d\.\d [GM]B/);
    expect(found.needs.int4).toBeLessThan(found.needs.asItIs);
  });
}

test('what there is too little of is told, memory before storage', () => {
  const config = parseConfig({ model_type: 'llama', hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 128256 });
  expect(verdict(config, 16e9, { kind: 'wasm', free: 1e9 })).toMatchObject({ lacks: 'memory', reason: expect.stringMatching(/^Even rounded to int4 it takes about \d+\.\d GB, and a tab without a GPU has 3\.5 GB/) });
  expect(verdict(parseConfig({ model_type: 'llama', ...SMALL }), 5e6, { kind: 'wasm', free: 6e6 })).toMatchObject({ lacks: 'storage', reason: 'Its files take 4.8 MB; until they are put away 9.5 MB more have to be stored, and this browser has 5.7 MB left for the lab.' });
  expect(verdict(parseConfig({ model_type: 'llama', ...SMALL }), 5e6, { kind: 'wasm', free: 1e7 })).toMatchObject({ kind: 'fits', lacks: null });
});

test('a name makes an id that is plain and free', () => {
  expect(freeId('  My data: en/de  ', [])).toBe('My-data-en-de');
  expect(freeId('a', ['a', 'a-2'])).toBe('a-3');
  expect(freeId('///', [])).toBe('unnamed');
  expect(freeId('naïve 中文', [])).toBe('naïve-中文');
});

test('a checkpoint\'s size is read from its header, without the rest of the file', async () => {
  const bytes = writeSafetensors([['a', { shape: [3, 4], data: new Float32Array(12) }], ['b', { shape: [5], dtype: 'F16', data: new Uint16Array(5) }]]);
  let given = 0;
  const drip = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(given, (given += 7)));
    },
  });
  expect(await weightsSize(drip, 'model.safetensors')).toEqual({ bytes: bytes.length, parameters: 17 });
  expect(given).toBeLessThan(bytes.length);
  await expect(weightsSize(new Blob(['<!doctype html> not a checkpoint at all']).stream(), 'x')).rejects.toThrow('not a safetensors file');
});
