/** Elementwise ops: one output element from the elements at the same place, after broadcasting. */
import { int } from '../graph.ts';
import { type DType, broadcastShapes, describe, shapeError } from '../value.ts';
import type { Operand, Value } from '../graph.ts';

const NUMERIC: readonly DType[] = ['float32', 'float16', 'int32', 'int64', 'uint32'];
const FLOATS: readonly DType[] = ['float32', 'float16'];

function operands(op: string, a: Operand, b: Operand): [Value, Value] {
  if (typeof a === 'number') {
    if (typeof b === 'number') throw shapeError(op, 'one of the two operands has to be a tensor');
    return [b.graph.constant([a], b.dtype, []), b];
  }
  return [a, typeof b === 'number' ? a.graph.constant([b], a.dtype, []) : b];
}

function binary(op: string, allowed: readonly DType[], result?: DType): (a: Operand, b: Operand) => Value {
  return (a, b) => {
    const [x, y] = operands(op, a, b);
    if (x.dtype !== y.dtype) throw shapeError(op, `${describe(x)} and ${describe(y)} have different types`);
    if (!allowed.includes(x.dtype)) throw shapeError(op, `${describe(x)} is not one of ${allowed.join(', ')}`);
    return x.graph.append(op, [x, y], [{ dtype: result ?? x.dtype, shape: broadcastShapes(op, x.shape, y.shape) }])[0] as Value;
  };
}

function unary(op: string, allowed: readonly DType[]): (x: Value) => Value {
  return (x) => {
    if (!allowed.includes(x.dtype)) throw shapeError(op, `${describe(x)} is not one of ${allowed.join(', ')}`);
    return x.graph.append(op, [x], [{ dtype: x.dtype, shape: x.shape }])[0] as Value;
  };
}

export const add = binary('Add', NUMERIC);
export const sub = binary('Sub', NUMERIC);
export const mul = binary('Mul', NUMERIC);
export const div = binary('Div', NUMERIC);
/** x to the power y; differentiable in x only, since exponents here are constants. */
export const pow = binary('Pow', FLOATS);
export const maximum = binary('Max', FLOATS);
export const minimum = binary('Min', FLOATS);

export const equal = binary('Equal', [...NUMERIC, 'bool'], 'bool');
export const less = binary('Less', NUMERIC, 'bool');
export const greaterOrEqual = binary('GreaterOrEqual', NUMERIC, 'bool');
export const and = binary('And', ['bool'], 'bool');

export const neg = unary('Neg', [...FLOATS, 'int32']);
export const exp = unary('Exp', FLOATS);
export const log = unary('Log', FLOATS);
export const sqrt = unary('Sqrt', FLOATS);
export const reciprocal = unary('Reciprocal', FLOATS);
export const sigmoid = unary('Sigmoid', FLOATS);
export const tanh = unary('Tanh', FLOATS);
/** The error function. */
export const erf = unary('Erf', ['float32']);
export const relu = unary('Relu', FLOATS);
export const identity = unary('Identity', [...NUMERIC, 'bool']);

/** Converts the element type. Never int64 to float32 in a hot graph: that runs on the CPU only. */
export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  const codes: Partial<Record<DType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10, uint32: 12 };
  const code = codes[dtype];
  if (code === undefined) throw shapeError('Cast', `to ${dtype} is not supported`);
  return x.graph.append('Cast', [x], [{ dtype, shape: x.shape }], { to: int(code) })[0] as Value;
}

/** `condition ? a : b`, elementwise with broadcasting. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  if (condition.dtype !== 'bool') throw shapeError('Where', `the condition is ${describe(condition)}, not bool`);
  const graph = condition.graph;
  const dtype = typeof a !== 'number' ? a.dtype : typeof b !== 'number' ? b.dtype : 'float32';
  const x = typeof a === 'number' ? graph.constant([a], dtype, []) : a;
  const y = typeof b === 'number' ? graph.constant([b], dtype, []) : b;
  if (x.dtype !== y.dtype) throw shapeError('Where', `${describe(x)} and ${describe(y)} have different types`);
  const shape = broadcastShapes('Where', broadcastShapes('Where', condition.shape, x.shape), y.shape);
  return graph.append('Where', [condition, x, y], [{ dtype, shape }])[0] as Value;
}
