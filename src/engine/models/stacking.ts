/** A checkpoint's tensors as one weight of the family's plan. */
import type { Weight } from './checkpoint.ts';
import type { WeightPlan } from './layer-plan.ts';
import { float16ToFloat32 } from '../../files/float16.ts';
import type { Matrix } from './stored.ts';

/** The tensors of a plan as one: float16 where all parts are matrices that have it, else float32, with what the family adds to them. */
export function stacked(parts: readonly Weight[], { axis = 0, plus = 0 }: WeightPlan): Matrix {
  const shapes = parts.map((part) => part.shape);
  const shape = [...(shapes[0] as number[])];
  shape[axis] = shapes.reduce((sum, own) => sum + (own[axis] as number), 0);
  if (shape.length > 1 && parts.every((part) => part.dtype === 'float16')) return { shape, data: joined(parts.map((part) => part.data as Uint16Array), shapes, axis, Uint16Array) };
  const data = joined(parts.map(floats), shapes, axis, Float32Array);
  return { shape, data: plus === 0 ? data : data.map((value) => value + plus) };
}

/** The shape of what a plan's tensors make together. */
export function stackedShape({ parts, axis = 0 }: WeightPlan): number[] {
  const shape = [...(parts[0] as WeightPlan['parts'][number])[1]];
  shape[axis] = parts.reduce((sum, [, own]) => sum + (own[axis] as number), 0);
  return shape;
}

/** The opposite of `stacked`: the tensors under their names in the plan, as float32. */
export function unstacked(data: Float32Array, plan: WeightPlan): [name: string, tensor: { shape: number[]; data: Float32Array }][] {
  const { parts, axis = 0, plus = 0 } = plan;
  const rows = axis === 0 ? 1 : ((parts[0] as WeightPlan['parts'][number])[1][0] as number);
  const each = data.length / rows;
  let at = 0;
  return parts.map(([name, shape]) => {
    const width = shape.reduce((product, size) => product * size, 1) / rows;
    const own = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) own.set(data.subarray(row * each + at, row * each + at + width), row * width);
    at += width;
    return [name, { shape: [...shape], data: plus === 0 ? own : own.map((value) => value - plus) }];
  });
}

function floats(weight: Weight): Float32Array {
  return weight.dtype === 'float16' ? float16ToFloat32(weight.data) : weight.data;
}

function joined<T extends Float32Array | Uint16Array>(parts: readonly T[], shapes: readonly (readonly number[])[], axis: 0 | 1, array: new (length: number) => T): T {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const out = new array(parts.reduce((sum, part) => sum + part.length, 0));
  // Behind one another, or row by row beside one another.
  const rows = axis === 0 ? 1 : ((shapes[0] as readonly number[])[0] as number);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const part of parts) {
      const width = part.length / rows;
      out.set(part.subarray(row * width, (row + 1) * width) as never, at);
      at += width;
    }
  }
  return out;
}
