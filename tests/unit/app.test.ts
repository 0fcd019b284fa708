import { expect, test } from '@playwright/test';
import { readOptions, readStudyHash, writeStudyHash } from '../../src/app/address.ts';
import { checkpointFolder } from '../../src/app/host/download.ts';
import { freeId } from '../../src/app/host/ids.ts';
import { weightsSize } from '../../src/app/host/safetensors-header.ts';
import type { LabError } from '../../src/core/errors.ts';
import { writeSafetensors } from '../../src/models/safetensors.ts';
import { HOME } from '../../src/studies/home.ts';

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

test('a checkpoint\'s folder is found behind each way of naming it', () => {
  const folder = (address: string): [string, string] => {
    const found = checkpointFolder(address);
    return [found.folder.href, found.name];
  };
  const hub = 'https://huggingface.co/HuggingFaceTB/SmolLM2-135M/resolve/main/';
  expect(folder('HuggingFaceTB/SmolLM2-135M')).toEqual([hub, 'SmolLM2-135M']);
  expect(folder('https://huggingface.co/HuggingFaceTB/SmolLM2-135M')).toEqual([hub, 'SmolLM2-135M']);
  expect(folder('https://huggingface.co/HuggingFaceTB/SmolLM2-135M/tree/v2')).toEqual([hub.replace('main', 'v2'), 'SmolLM2-135M']);
  expect(folder('https://files.example/models/tiny')).toEqual(['https://files.example/models/tiny/', 'tiny']);
  expect(folder('https://files.example/models/tiny/config.json?token=1')).toEqual(['https://files.example/models/tiny/?token=1', 'tiny']);
  try {
    checkpointFolder('not an address');
    throw new Error('it did not throw');
  } catch (error) {
    expect((error as LabError).code).toBe('models.address');
  }
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
