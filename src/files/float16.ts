/** IEEE 754 half precision and bfloat16, to and from float32, on whole arrays. */

/** Every half's float32 value, built on first use: a look-up is faster than bit arithmetic in JavaScript. */
let table: Float32Array | null = null;

/** @param halves bit patterns of float16 numbers */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  table ??= buildTable();
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i] as number] as number;
  return out;
}

/** @param halves bit patterns of bfloat16 numbers: the upper halves of float32 ones */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] as number) << 16;
  return new Float32Array(bits.buffer);
}

/** Rounds to the nearest half, ties to even; beyond 65504 becomes infinity. @returns bit patterns */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  const scratch = new Float32Array(1);
  const word = new Uint32Array(scratch.buffer);
  for (let i = 0; i < values.length; i++) {
    scratch[0] = values[i] as number;
    const bits = word[0] as number;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) out[i] = sign | 0x7e00;
    else if (magnitude >= 0x47800000) out[i] = sign | 0x7c00;
    else if (magnitude < 0x38800000) {
      // Subnormal: float32 addition of 0.5 rounds the mantissa at exactly the half's last place.
      scratch[0] = Math.abs(values[i] as number) + 0.5;
      out[i] = sign | ((word[0] as number) - 0x3f000000);
    } else {
      const odd = (magnitude >>> 13) & 1;
      out[i] = sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
    }
  }
  return out;
}

function buildTable(): Float32Array {
  const values = new Float32Array(0x10000);
  for (let half = 0; half < 0x10000; half++) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0) values[half] = sign * mantissa * 2 ** -24;
    else if (exponent === 31) values[half] = mantissa === 0 ? sign * Infinity : NaN;
    else values[half] = sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
  }
  return values;
}
