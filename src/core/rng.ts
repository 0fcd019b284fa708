/**
 * Seeded random numbers: xoshiro128** (Blackman and Vigna 2018), seeded through splitmix32.
 * Everything random in the lab takes one of these, so that a seed names a run exactly.
 */
export class Rng {
  private state: [number, number, number, number];

  /** @param seed an integer, or a string that is hashed (FNV-1a) so that streams can be named, e.g. `7/shuffle/epoch-2` */
  constructor(seed: number | string) {
    let x = typeof seed === 'number' ? seed >>> 0 : hash32(seed);
    const next = (): number => {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    this.state = [next(), next(), next(), next()];
  }

  /** A uniform 32-bit unsigned integer. */
  uint32(): number {
    const s = this.state;
    const result = Math.imul(rotl(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11);
    return result;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  float(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** Uniform integer in [0, n), without modulo bias. */
  int(n: number): number {
    if (!(n > 0 && n <= 0x1_0000_0000)) throw new RangeError(`Rng.int needs 0 < n <= 2^32, got ${n}`);
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    for (;;) {
      const x = this.uint32();
      if (x < limit) return x % n;
    }
  }

  /** Standard normal (Box and Muller, one value a call so that the stream stays simple to replay). */
  normal(): number {
    const u = 1 - this.float();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.float());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T;
  }

  /** Fisher-Yates on a copy. */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }

  /** `n` distinct items, in random order. */
  sample<T>(items: readonly T[], n: number): T[] {
    return this.shuffle(items).slice(0, n);
  }

  /** An independent stream named after this one's state and `name`; does not advance this one. */
  fork(name: string): Rng {
    return new Rng(`${this.state.join(',')}/${name}`);
  }

  /** The whole state, for checkpoints. */
  save(): [number, number, number, number] {
    return [...this.state];
  }

  static restore(state: readonly [number, number, number, number]): Rng {
    const rng = new Rng(0);
    rng.state = [...state];
    return rng;
  }
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
export function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  return h >>> 0;
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
