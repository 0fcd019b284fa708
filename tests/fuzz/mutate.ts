/** Malformed files, made from good ones by a seeded generator: the same number gives the same file in every run. */
import type { Rng } from '../../src/core/rng.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** One way to damage a file, by the name a report gives it. */
export interface Mutation<T> {
  name: string;
  apply(value: T, rng: Rng): T;
}

const place = (bytes: Bytes, rng: Rng): number => rng.int(Math.max(1, bytes.length));

function splice(bytes: Bytes, at: number, removed: number, added: Uint8Array): Bytes {
  const made = new Uint8Array(bytes.length - removed + added.length);
  made.set(bytes.subarray(0, at));
  made.set(added, at);
  made.set(bytes.subarray(at + removed), at + added.length);
  return made;
}

/** Damage to bytes of any kind. */
export const BYTE_MUTATIONS: readonly Mutation<Bytes>[] = [
  { name: 'empty', apply: () => new Uint8Array() },
  { name: 'cut short', apply: (bytes, rng) => bytes.slice(0, place(bytes, rng)) },
  { name: 'begun late', apply: (bytes, rng) => bytes.slice(place(bytes, rng)) },
  {
    name: 'a bit flipped',
    apply(bytes, rng) {
      const made = bytes.slice();
      const at = place(bytes, rng);
      if (at < made.length) made[at] = (made[at] as number) ^ (1 << rng.int(8));
      return made;
    },
  },
  {
    name: 'bytes at random',
    apply(bytes, rng) {
      const made = bytes.slice();
      for (let at = place(bytes, rng), end = Math.min(made.length, at + 16); at < end; at++) made[at] = rng.int(256);
      return made;
    },
  },
  { name: 'a hole of zeros', apply: (bytes, rng) => bytes.slice().fill(0, place(bytes, rng), place(bytes, rng) + 64) },
  {
    name: 'a part left out',
    apply(bytes, rng) {
      const at = place(bytes, rng);
      return splice(bytes, at, Math.min(bytes.length - at, 1 + rng.int(64)), new Uint8Array());
    },
  },
  {
    name: 'a part twice',
    apply(bytes, rng) {
      const at = place(bytes, rng);
      return splice(bytes, at, 0, bytes.slice(at, at + 1 + rng.int(64)));
    },
  },
  { name: 'something after the end', apply: (bytes, rng) => splice(bytes, bytes.length, 0, Uint8Array.from({ length: 1 + rng.int(32) }, () => rng.int(256))) },
  {
    name: 'a length that lies',
    apply(bytes, rng) {
      const made = bytes.slice();
      const at = rng.int(Math.max(1, Math.min(64, made.length - 8)));
      const length = rng.pick([0n, 1n, 0x7fffffffn, 0xffffffffn, 1n << 53n, (1n << 64n) - 1n, BigInt(bytes.length) * 2n]);
      if (made.length >= at + 8) new DataView(made.buffer).setBigUint64(at, length, true);
      return made;
    },
  },
];

/** Values that stand where others are expected. */
const STRANGERS: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0,
  () => 0.5,
  () => 1e308,
  () => Number.MAX_SAFE_INTEGER,
  () => '',
  () => 'NaN',
  () => '\u0000\uD800',
  () => '__proto__',
  () => '../../etc/passwd',
  () => 'x'.repeat(100_000),
  () => [],
  () => ({}),
  () => [[[[null]]]],
  () => ({ toString: null }),
];

interface Slot {
  parent: Record<string, unknown>;
  key: string;
}

/** Every place in a JSON document that holds a value. */
function slots(value: unknown): Slot[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [{ parent: value as Record<string, unknown>, key }, ...slots(child)]);
}

function changed(value: unknown, rng: Rng, change: (slot: Slot) => void): unknown {
  const made = structuredClone(value);
  const all = slots(made);
  if (all.length > 0) change(rng.pick(all));
  return made;
}

/** Damage to a document: what is still JSON, but says something else. */
export const JSON_MUTATIONS: readonly Mutation<unknown>[] = [
  { name: 'a value of another kind', apply: (value, rng) => changed(value, rng, ({ parent, key }) => void (parent[key] = rng.pick(STRANGERS)())) },
  {
    name: 'a field left out',
    apply: (value, rng) =>
      changed(value, rng, ({ parent, key }) => {
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete parent[key];
      }),
  },
  {
    name: 'a field by another name',
    apply: (value, rng) =>
      changed(value, rng, ({ parent, key }) => {
        if (Array.isArray(parent)) return void parent.push(parent[Number(key)]);
        parent[`${key}_`] = parent[key];
        delete parent[key];
      }),
  },
  { name: 'a value one deeper', apply: (value, rng) => changed(value, rng, ({ parent, key }) => void (parent[key] = rng.int(2) ? [parent[key]] : { value: parent[key] })) },
  { name: 'a number or text the other way', apply: (value, rng) => changed(value, rng, ({ parent, key }) => void (parent[key] = typeof parent[key] === 'number' ? String(parent[key]) : Number(parent[key]))) },
  { name: 'the whole of another kind', apply: (_, rng) => rng.pick(STRANGERS)() },
];
