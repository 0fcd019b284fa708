import { expect, test } from '@playwright/test';
import { initialAdapter, loraNames } from '../../src/engine/adapters/adapter.ts';
import { Rng } from '../../src/core/rng.ts';
import { planTeams } from '../../src/engine/generation/batches.ts';
import { type PreemptedRow, stackRows, preempt } from '../../src/engine/generation/preemption.ts';
import type { GenerationRequest } from '../../src/engine/generation/request.ts';
import { Row } from '../../src/engine/generation/rows.ts';
import type { BaseModel } from '../../src/engine/models/base-model.ts';
import { stackAdapters } from '../../src/engine/generation/stack.ts';
import { Waiting } from '../../src/engine/generation/waiting.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { goldenJson } from '../golden/files.ts';
import type { Adapter, LoraConfig } from '../../src/records/adapter.ts';

const request = (id: string, adapter: number, length: number, more: Partial<GenerationRequest> = {}): GenerationRequest => ({ id, adapter, prompt: Array.from({ length }, () => 1), maxNewTokens: 8, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: id, ...more });

test('every request is in exactly one batch, in a row of its own adapter', () => {
  const rng = new Rng(5);
  const requests = Array.from({ length: 200 }, (_, i) => request(String(i), rng.int(5), 1 + rng.int(60), rng.int(3) === 0 ? { temperature: 0.7, topP: rng.int(2) === 0 ? 0.9 : 1 } : {}));
  const teams = planTeams(requests, 16);
  const seen: string[] = [];
  for (const { adapters, size, batches, sampling } of teams) {
    expect(adapters.length * size).toBeLessThanOrEqual(16);
    for (const batch of batches) {
      expect(batch).toHaveLength(adapters.length * size);
      for (const [row, one] of batch.entries()) {
        if (!one) continue;
        seen.push(one.id);
        expect(one.adapter).toBe(adapters[Math.floor(row / size)]);
        expect(one.temperature > 0).toBe(sampling.draw);
        expect(one.topP < 1).toBe(sampling.limit);
      }
    }
  }
  expect(seen.sort()).toEqual(requests.map(({ id }) => id).sort());
});

test("the home study's requests fill their batches, prompts of like length together", () => {
  const rng = new Rng(6);
  const lengths = Array.from({ length: 80 }, () => 40 + rng.int(40));
  const requests = Array.from({ length: 9 }, (_, adapter) => lengths.map((length, i) => request(`${adapter}/${i}`, adapter, length))).flat();
  const [team, ...others] = planTeams(requests, 72);
  expect(others).toEqual([]);
  expect(team).toMatchObject({ adapters: [0, 1, 2, 3, 4, 5, 6, 7, 8], size: 8 });
  expect(team!.batches).toHaveLength(10);
  expect(team!.batches.flat()).not.toContain(null);
  const padding = team!.batches.map((batch) => {
    const own = batch.map((one) => one!.prompt.length);
    return Math.max(...own) * own.length - own.reduce((sum, n) => sum + n, 0);
  });
  expect(padding.reduce((sum, n) => sum + n, 0) / (9 * lengths.reduce((sum, n) => sum + n, 0))).toBeLessThan(0.05);
});

test('a few requests make a small batch, and batches are as equal as can be', () => {
  expect(planTeams([request('a', 3, 5)], 72)).toMatchObject([{ adapters: [3], size: 1 }]);
  expect(planTeams(Array.from({ length: 10 }, (_, i) => request(String(i), 0, 5)), 8)).toMatchObject([{ size: 5, batches: [{ length: 5 }, { length: 5 }] }]);
});

test('an adapter with much more to do does not make the others idle', () => {
  const requests = [...Array.from({ length: 40 }, (_, i) => request(`busy/${i}`, 1, 5)), ...[0, 2].map((adapter) => request(`idle/${adapter}`, adapter, 5))];
  expect(planTeams(requests, 12)).toMatchObject([{ adapters: [1], size: 10 }, { adapters: [0, 2], size: 1 }]);
});

test('a row takes tokens up to a stop token or its limit, and no further', () => {
  const stops = new Set([2, 9]);
  const row = new Row(request('a', 0, 3), 5, stops);
  expect(row.last).toEqual({ token: 1, position: 2 });
  expect(row.take([7, 8])).toBe(2);
  expect(row).toMatchObject({ done: false, left: 3, last: { token: 8, position: 4 } });
  expect(row.take([6, 9, 5, 5])).toBe(2);
  expect(row.result()).toEqual({ id: 'a', tokens: [7, 8, 6], finish: 'stop' });
  expect(row.take([4])).toBe(0);

  const limited = new Row(request('b', 0, 3), 2, stops);
  limited.take([7, 8, 6]);
  expect(limited.result()).toEqual({ id: 'b', tokens: [7, 8], finish: 'length' });
  expect(new Row(request('c', 0, 3), 0, stops).result()).toEqual({ id: 'c', tokens: [], finish: 'length' });
});

test("a row's uniform numbers belong to its seed and to the token they draw, however many are asked for ahead", () => {
  const make = (): Row => new Row(request('a', 0, 3, { seed: 'x' }), 10, new Set());
  const straight = make();
  const ahead = Array.from({ length: 6 }, (_, i) => straight.uniform(i));
  expect(ahead.every((u) => u >= 0 && Math.fround(u) < 1)).toBe(true);
  expect(new Set(ahead).size).toBe(6);
  const stepwise = make();
  const each = ahead.map(() => {
    const u = stepwise.uniform(0);
    stepwise.take([1]);
    return u;
  });
  expect(each).toEqual(ahead);
  const rng = new Rng('x');
  expect(ahead[0]).toBe(rng.float());
});

test('waiting rows take free places of their own adapter, longest prompts first, and each once', () => {
  const make = (id: string, adapter: number): Row => new Row(request(id, adapter, 3), 8, new Set());
  const batches = [['a0', 'a1', 'b0', 'b1'], ['a2', 'a3', 'b2', null], ['a4', null, null, null]].map((batch) => batch.map((id) => (id === null ? null : make(id, id.startsWith('a') ? 0 : 1))));
  const waiting = new Waiting(batches, 2);
  const ids = (rows: readonly (Row | null)[]): (string | null)[] => rows.map((row) => row && row.request.id);
  const places: (Row | null)[] = [null, null, null, null];
  const fill = (): (string | null)[] | null => {
    const refill = waiting.take(places, 1);
    if (!refill) return null;
    expect(refill.rows).toHaveLength(2);
    refill.from.forEach((source, place) => {
      if (source !== null) places[place] = refill.rows[source] as Row;
    });
    return ids(places);
  };
  expect(fill()).toEqual(['a0', null, 'b0', null]);
  expect(fill()).toEqual(['a0', 'a1', 'b0', 'b1']);
  expect(fill(), 'no place is free').toBeNull();

  const finish = (place: number): number => (places[place] as Row).take(Array.from({ length: 8 }, () => 1));
  finish(1);
  expect(fill(), 'a row of each adapter waits: one of two is half, and worth a prefill').toEqual(['a0', 'a2', 'b0', 'b1']);
  finish(0);
  finish(2);
  expect(fill()).toEqual(['a3', 'a2', 'b2', 'b1']);
  finish(3);
  expect(fill(), "b has no more rows, and a's place is not b's").toBeNull();
  finish(1);
  expect(fill()).toEqual(['a3', 'a4', 'b2', 'b1']);
  for (const place of [0, 1, 2]) finish(place);
  expect(fill(), 'nothing waits').toBeNull();
});

test('few free places wait for more of them, so that a prefill is shared', () => {
  const batches = Array.from({ length: 3 }, (_, batch) => Array.from({ length: 8 }, (__, i) => new Row(request(`${batch}/${i}`, 0, 3), 8, new Set())));
  const waiting = new Waiting(batches, 1);
  const places: (Row | null)[] = (batches[0] as Row[]).slice();
  expect(waiting.take(Array.from({ length: 8 }, () => null), 8)?.rows).toHaveLength(8);
  (places[0] as Row).take(Array.from({ length: 8 }, () => 1));
  expect(waiting.take(places, 4), 'one of four').toBeNull();
  (places[5] as Row).take(Array.from({ length: 8 }, () => 1));
  expect(waiting.take(places, 4)).toMatchObject({ from: [0, null, null, null, null, 1, null, null], rows: [{ request: { id: '1/0' } }, { request: { id: '1/1' } }, null, null] });
});

test('preempted rows keep their own keys and values, past and recent, when they are put into another batch', () => {
  const shape = { layers: 2, groups: 2, width: 3 };
  // What row b remembers of its token t in layer l, group g, dimension d: a number that says so.
  const mark = (b: number, l: number, g: number, t: number, d: number): number => 10000 * b + 1000 * l + 100 * g + 10 * t + d;
  /** A part of a batch of three rows with tokens from `first` on, which row b's own tokens are when it has `own(b)` of them before. */
  const part = (length: number, token: (b: number, at: number) => number): { keys: Float32Array[]; values: Float32Array[]; length: number } => {
    const keys = [0, 1].map((l) => Float32Array.from({ length: 3 * 2 * 3 * length }, (_, i) => {
      const [t, d, g, b] = [i % length, Math.floor(i / length) % 3, Math.floor(i / length / 3) % 2, Math.floor(i / length / 6)];
      return mark(b, l, g, token(b, t), d);
    }));
    const values = [0, 1].map((l) => Float32Array.from({ length: 3 * 2 * length * 3 }, (_, i) => {
      const [d, t, g, b] = [i % 3, Math.floor(i / 3) % length, Math.floor(i / 3 / length) % 2, Math.floor(i / 6 / length)];
      return mark(b, l, g, token(b, t), d);
    }));
    return { keys, values, length };
  };
  const own = [4, 2, 1];
  const past = part(4, (b, at) => (at < (own[b] as number) ? at : 99));
  const recent = part(2, (b, at) => (own[b] as number) + at);
  const row = new Row(request('a', 0, 3), 10, new Set());
  const preempted = [0, 1, 2].map((b) => preempt(shape, row, b, 0, past, own[b] as number, recent));
  expect(preempted.map(({ length }) => length)).toEqual([6, 4, 3]);

  const order: (PreemptedRow | null)[] = [preempted[2] as PreemptedRow, null, preempted[0] as PreemptedRow, preempted[1] as PreemptedRow];
  const { memory, lengths, longest } = stackRows(shape, order);
  expect([lengths, longest]).toEqual([[3, 0, 6, 4], 6]);
  expect(memory['key1']!.shape).toEqual([4, 2, 3, 6]);
  expect(memory['value1']!.shape).toEqual([4, 2, 6, 3]);
  for (const [index, b] of [[0, 2], [2, 0], [3, 1]] as const) {
    for (const l of [0, 1]) for (const g of [0, 1]) for (const d of [0, 1, 2]) for (let t = 0; t < (lengths[index] as number); t++) {
      expect(memory[`key${l}`]!.data[((index * 2 + g) * 3 + d) * 6 + t]).toBe(mark(b, l, g, t, d));
      expect(memory[`value${l}`]!.data[((index * 2 + g) * 6 + t) * 3 + d]).toBe(mark(b, l, g, t, d));
    }
  }
});

test('adapters of different rank, alpha and modules are brought to one layout that multiplies out the same', async () => {
  const model = parseConfig(await goldenJson('untied/config.json'));
  const make = (fields: Partial<LoraConfig>, seed: number): Adapter => {
    const rng = new Rng(seed);
    const adapter = initialAdapter({ r: 4, lora_alpha: 8, lora_dropout: 0, target_modules: ['q_proj', 'v_proj'], ...fields }, model, rng);
    for (const { data } of adapter.tensors.values()) for (let i = 0; i < data.length; i++) data[i] = rng.normal();
    return adapter;
  };
  const adapters = [make({}, 1), make({ r: 2, lora_alpha: 3, target_modules: ['v_proj', 'down_proj'] }, 2)];
  const stack = (await stackAdapters(adapters, { config: model } as BaseModel))!;
  expect(stack.layout.config).toMatchObject({ r: 4, lora_alpha: 4, target_modules: ['q_proj', 'v_proj', 'down_proj'] });
  const packed = stack.pack([1, 0]);
  expect(packed).toHaveLength(2 * 2 * stack.layout.size);

  const product = (tensors: Adapter['tensors'], layer: number, module: 'q_proj' | 'v_proj' | 'down_proj', scale: number): number[] | null => {
    const { a, b } = loraNames(model, layer, `${module === 'down_proj' ? 'mlp' : 'self_attn'}.${module}`);
    const [A, B] = [tensors.get(a), tensors.get(b)];
    if (!A || !B) return null;
    const [r, into] = A.shape as [number, number];
    const out = B.shape[0] as number;
    return Array.from({ length: out * into }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < r; k++) sum += (B.data[Math.floor(i / into) * r + k] as number) * (A.data[k * into + (i % into)] as number);
      return scale * sum;
    });
  };
  for (const [slot, index] of [[0, 1], [1, 0]] as const) {
    for (const layer of [0, 1]) {
      const unpacked: Adapter['tensors'] = new Map();
      stack.layout.unpack(packed, (layer * 2 + slot) * stack.layout.size, layer, unpacked);
      for (const module of ['q_proj', 'v_proj', 'down_proj'] as const) {
        const own = adapters[index] as Adapter;
        const expected = product(own.tensors, layer, module, own.config.lora_alpha / own.config.r);
        const actual = product(unpacked, layer, module, 1) as number[];
        if (expected === null) expect(actual.every((x) => x === 0), module).toBe(true);
        else expect(Math.max(...expected.map((x, i) => Math.abs(x - (actual[i] as number)))), module).toBeLessThan(1e-4);
      }
    }
  }
});
