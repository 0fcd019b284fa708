/** For every gradient rule at least one small graph that goes through it, and all the ways its inputs may be shaped. */
import { Rng } from '../../src/core/rng.ts';
import * as op from '../../src/engine/onnx/index.ts';
import type { Graph, Shape, Value } from '../../src/engine/onnx/index.ts';

export interface Case {
  /** The rule's name in the table; the graph has to contain it. */
  rule: string;
  title: string;
  /** Trained inputs: shapes, and the range their values are drawn from (default -1..1). */
  inputs: { shape: Shape; range?: readonly [number, number] }[];
  build(inputs: Value[], graph: Graph): Value;
  /** Only a device that `multipliesQuantized` can take the gradient; any other has to refuse it. */
  codes?: true;
}

type One = (x: Value, g: Graph) => Value;
type Two = (a: Value, b: Value, g: Graph) => Value;

const one = (rule: string, build: One, range?: readonly [number, number], shape: Shape = [2, 3]): Case => ({ rule, title: `[${shape.join(', ')}]`, inputs: [{ shape, ...(range ? { range } : {}) }], build: ([x], g) => build(x as Value, g) });
const two = (rule: string, title: string, a: Shape, b: Shape, build: Two, range?: readonly [number, number]): Case => ({ rule, title, inputs: [a, b].map((shape) => (range ? { shape, range } : { shape })), build: ([x, y], g) => build(x as Value, y as Value, g) });

/** An elementwise op of two inputs under every kind of broadcast. */
const broadcasts = (rule: string, build: Two, range?: readonly [number, number]): Case[] => [
  two(rule, 'equal shapes', [2, 3], [2, 3], build, range),
  two(rule, 'a row for every row', [2, 3], [3], build, range),
  two(rule, 'a column against a row', [2, 1], [1, 3], build, range),
  two(rule, 'a scalar', [], [2, 3], build, range),
];

const gemms: Case[] = [false, true].flatMap((transA) =>
  [false, true].map((transB) => ({
    rule: 'Gemm',
    title: `transA ${transA}, transB ${transB}, with an addend`,
    inputs: [{ shape: transA ? [3, 2] : [2, 3] }, { shape: transB ? [4, 3] : [3, 4] }, { shape: [2, 4] }],
    build: ([a, b, c]: Value[]) => op.gemm(a as Value, b as Value, { transA, transB, alpha: 1.5, c: c as Value }),
  })),
);

/** By a matrix of eight bits, or of four: whole blocks lie along its rows and along its columns. */
const quantized = (bits: 4 | 8, [block, out, blocks]: readonly [number, number, number]): Case => ({
  rule: 'MatMulNBits',
  title: `${out} by ${blocks * block} codes of ${bits} bits, ${block} to a block`,
  inputs: [{ shape: [3, blocks * block] }],
  codes: true,
  build: ([x], g) => {
    const rng = new Rng(`codes of ${bits} bits`);
    const bytes = (length: number): number[] => Array.from({ length }, () => Math.floor(256 * rng.float()));
    const size = (block * bits) / 8;
    const scale = Array.from({ length: out * blocks }, () => 2 ** -bits * (0.5 + rng.float()));
    const codes = [g.constant(bytes(out * blocks * size), 'uint8', [out, blocks, size]), g.constant(scale, 'float32', [out * blocks]), g.constant(bytes((out * blocks * bits) / 8), 'uint8', [(out * blocks * bits) / 8])] as const;
    return op.matMulNBits(x as Value, ...codes);
  },
});

const indices = (g: Graph, values: number[], shape: Shape): Value => g.constant(values, 'int32', shape);

export const CASES: readonly Case[] = [
  one('Identity', (x) => op.identity(x)),
  one('Neg', (x) => op.neg(x)),
  one('Exp', (x) => op.exp(x)),
  one('Log', (x) => op.log(x), [0.5, 2]),
  one('Sqrt', (x) => op.sqrt(x), [0.5, 2]),
  one('Reciprocal', (x) => op.reciprocal(x), [0.5, 2]),
  one('Sigmoid', (x) => op.sigmoid(x), [-3, 3]),
  one('Erf', (x) => op.erf(x), [-2, 2]),
  one('Tanh', (x) => op.tanh(x), [-2, 2]),
  // Away from the kink, where there is no derivative to compare with.
  one('Relu', (x, g) => op.relu(op.add(x, g.constant([2, -2, 2, -2, 2, -2], 'float32', [2, 3])))),
  ...broadcasts('Add', op.add),
  ...broadcasts('Sub', op.sub),
  ...broadcasts('Mul', op.mul),
  ...broadcasts('Div', op.div, [0.5, 2]),
  two('Max', 'each side wins somewhere', [2, 3], [2, 3], (a, b, g) => op.maximum(op.add(a, g.constant([3, -3, 3, -3, 3, -3], 'float32', [2, 3])), b)),
  two('Max', 'against a scalar', [2, 3], [], (a, b, g) => op.maximum(op.add(a, g.constant([3, -3, 3, -3, 3, -3], 'float32', [2, 3])), b)),
  two('Min', 'each side wins somewhere', [2, 3], [2, 3], (a, b, g) => op.minimum(op.add(a, g.constant([3, -3, 3, -3, 3, -3], 'float32', [2, 3])), b)),
  one('Pow', (x) => op.pow(x, 3), [0.5, 2]),
  one('Pow', (x, g) => op.pow(x, g.constant([1, 2, 3], 'float32', [3])), [0.5, 2]),
  two('Where', 'equal shapes', [2, 3], [2, 3], (a, b, g) => op.where(g.constant([1, 0, 1, 0, 0, 1], 'bool', [2, 3]), a, b)),
  two('Where', 'both broadcast', [3], [2, 1], (a, b, g) => op.where(g.constant([1, 0, 1, 0, 0, 1], 'bool', [2, 3]), a, b)),

  one('Reshape', (x) => op.reshape(x, [3, 2])),
  one('Expand', (x) => op.expand(x, [4, 2, 3]), undefined, [2, 1]),
  one('Transpose', (x) => op.transpose(x)),
  one('Transpose', (x) => op.transpose(x, [2, 0, 3, 1]), undefined, [2, 3, 1, 2]),
  two('Concat', 'on the first axis', [1, 3], [2, 3], (a, b) => op.concat([a, b], 0)),
  two('Concat', 'on the last axis', [2, 1], [2, 3], (a, b) => op.concat([a, b], -1)),
  one('Split', (x) => op.mul(...(op.split(x, [2, 2], 1) as [Value, Value])), undefined, [2, 4]),
  one('Split', (x) => op.split(x, [1, 2, 1], 1)[1] as Value, undefined, [2, 4]),
  one('Slice', (x) => op.slice(x, 1, 1, 3), undefined, [2, 4]),
  one('Slice', (x) => op.slice(x, 0, -1, 3), undefined, [3, 2]),
  one('Gather', (x, g) => op.gather(x, indices(g, [2, 0, 2, 1], [4])), undefined, [3, 2]),
  one('Gather', (x, g) => op.gather(x, indices(g, [1, 1, 0, 2, 1, 0], [2, 3]), 1), undefined, [2, 3]),
  one('GatherElements', (x, g) => op.gatherElements(x, indices(g, [2, 0, 1, 1], [2, 2]), 1), undefined, [2, 3]),

  two('MatMul', 'matrices', [2, 3], [3, 4], op.matMul),
  two('MatMul', 'a batch by a batch', [2, 2, 3], [2, 3, 2], op.matMul),
  two('MatMul', 'a batch by one matrix', [2, 2, 3], [3, 2], op.matMul),
  two('MatMul', 'batches that broadcast', [2, 1, 2, 3], [1, 2, 3, 2], op.matMul),
  quantized(4, [16, 32, 2]),
  quantized(8, [16, 48, 3]),
  two('MatMulNT', 'a batch by a batch', [2, 2, 3], [2, 4, 3], op.matMulNT),
  two('MatMulNT', 'batches that broadcast', [2, 2, 3], [1, 2, 3], op.matMulNT),
  ...gemms,
  two('Gemm', 'without an addend', [2, 3], [3, 4], (a, b) => op.gemm(a, b)),
  two('Gemm', 'two products into one input', [2, 3], [3, 3], (a, b) => op.add(op.gemm(a, b), op.gemm(a, b, { transB: true, alpha: 0.5 }))),

  one('ReduceSum', (x) => op.reduceSum(x, [1])),
  one('ReduceSum', (x) => op.mul(x, op.reduceSum(x, [0, 2], true)), undefined, [2, 3, 2]),
  one('ReduceMean', (x) => op.reduceMean(x, [-1])),
  one('ReduceMean', (x) => op.mul(x, op.reduceMean(x, [0], true))),
  one('Softmax', (x) => op.softmax(x), [-2, 2]),
  one('Softmax', (x) => op.softmax(x, 1), [-2, 2], [2, 3, 2]),

  two('SimplifiedLayerNormalization', 'input and weight', [2, 4], [4], (x, w) => op.rmsNorm(x, w, 1e-5)),
  two('SimplifiedLayerNormalization', 'three axes', [2, 2, 3], [3], (x, w) => op.rmsNorm(x, w, 1e-2)),
  one('LayerNormalization', (x, g) => op.layerNorm(x, g.constant([0.5, 1, 1.5, 2], 'float32', [4]), g.constant([0, 1, 2, 3], 'float32', [4]), 1e-5), undefined, [2, 4]),
  { rule: 'LayerNormalization', title: 'input, weight and bias', inputs: [{ shape: [2, 2, 3] }, { shape: [3] }, { shape: [3] }], build: ([x, w, b]) => op.layerNorm(x as Value, w as Value, b as Value, 1e-2) },
  one('Erf', (x) => op.gelu(x), [-3, 3]),
  two('Tanh', 'in GeGLU', [2, 3], [2, 3], (gate, up) => op.geGlu(gate, up), [-2, 2]),
  // A router: the best two of four, whose shares add up to one. The values keep clear of ties.
  one('Where', (x, g) => {
    const scores = op.add(op.mul(x, 0.2), g.constant([0, 3, 1, 2, 4, 1, 3, 0], 'float32', [2, 4]));
    const chosen = op.where(op.greaterOrEqual(scores, op.kthLargest(scores, 2)), op.softmax(scores), 0);
    return op.div(chosen, op.reduceSum(chosen, [1], true));
  }, undefined, [2, 4]),
  one('RotaryEmbedding', rotated, undefined, [1, 2, 3, 4]),
  two('SwiGlu', 'gate and up', [2, 3], [2, 3], (gate, up) => op.swiGlu(gate, up), [-2, 2]),
  attentionCase('as many key-value heads as heads', [2, 2, 3, 2], [2, 2, 3, 2], [2, 1, 3, 3]),
  attentionCase('two heads share a key-value head', [1, 4, 2, 2], [1, 2, 3, 2], [1, 4, 2, 3]),
];

function rotated(x: Value, g: Graph): Value {
  const angles = [0.3, 1.1, 2.0, 0.7, 0.1, 1.9, 1.3, 2.6];
  const table = (f: (angle: number) => number) => g.constant(angles.map((angle) => 0.8 * f(angle)), 'float32', [4, 2]);
  return op.rotary(x, g.constant([3, 0, 2], 'int64', [1, 3]), table(Math.cos), table(Math.sin));
}

function attentionCase(title: string, q: Shape, k: Shape, mask: Shape): Case {
  return { rule: 'Attention', title, inputs: [q, k, k, mask].map((shape) => ({ shape })), build: ([a, b, c, d]) => op.attention(a as Value, b as Value, c as Value, d as Value) };
}
