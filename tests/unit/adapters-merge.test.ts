import { expect, test } from '@playwright/test';
import { folding, type Merged } from '../../src/engine/adapters/merge.ts';
import type { Weight } from '../../src/engine/models/checkpoint.ts';
import type { Adapter, Tuned } from '../../src/records/adapter.ts';

const Q = 'model.layers.0.self_attn.q_proj.weight';
const NORM = 'model.norm.weight';
const base = (): Map<string, Weight> => new Map<string, Weight>([
  [Q, { shape: [2, 3], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  // 1 and 0.5 as halves
  [NORM, { shape: [2], dtype: 'float16', data: Uint16Array.of(0x3c00, 0x3800) }],
]);
/** Every weight of a base with the adapter in it. */
const merged = (weights: ReadonlyMap<string, Weight>, tuned: Tuned): Map<string, Merged> => {
  const fold = folding(new Map([...weights].map(([name, { shape }]) => [name, shape])), tuned);
  return new Map([...weights].map(([name, weight]) => [name, fold(name, weight)]));
};
const adapter = (b = [2, 1]): Adapter => ({
  config: { r: 1, lora_alpha: 4, lora_dropout: 0, target_modules: ['q_proj'] },
  tensors: new Map([
    [`base_model.model.${Q.replace('.weight', '.lora_A.weight')}`, { shape: [1, 3], data: Float32Array.of(1, 0, -1) }],
    [`base_model.model.${Q.replace('.weight', '.lora_B.weight')}`, { shape: [b[0] as number, b[1] as number], data: Float32Array.of(0.5, -0.25) }],
  ]),
});

test('a merged weight is W + (alpha / r) B A, and the rest stays', () => {
  const all = merged(base(), adapter());
  // alpha / r = 4: row 0 gains 2 * [1, 0, -1], row 1 gains -1 * [1, 0, -1].
  expect(all.get(Q)).toEqual({ shape: [2, 3], data: Float32Array.of(3, 2, 1, 3, 5, 7) });
  expect(all.get(NORM)).toEqual({ shape: [2], data: Float32Array.of(1, 0.5) });
});

test('with DoRA every row of the merged weight has its learned length', () => {
  const dora = adapter();
  dora.config.use_dora = true;
  dora.tensors.set(`base_model.model.${Q.replace('.weight', '.lora_magnitude_vector')}`, { shape: [2], data: Float32Array.of(2, 10) });
  const [a, b] = [2 / Math.sqrt(9 + 4 + 1), 10 / Math.sqrt(9 + 25 + 49)];
  expect(merged(base(), dora).get(Q)?.data).toEqual(Float32Array.of(3 * a, 2 * a, a, 3 * b, 5 * b, 7 * b));
});

test('the base\'s own numbers are not touched', () => {
  const weights = base();
  merged(weights, adapter());
  expect(weights.get(Q)?.data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
});

test('an adapter of another base is refused with the tensor it would change', () => {
  expect(() => merged(new Map([[NORM, base().get(NORM) as Weight]]), adapter())).toThrow(new RegExp(`${Q}.*has not`));
  const wide: Map<string, Weight> = new Map([[Q, { shape: [2, 4], dtype: 'float32', data: new Float32Array(8) }]]);
  expect(() => merged(wide, adapter())).toThrow(/\[2, 4\]/);
});
