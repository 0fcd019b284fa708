/**
 * Gradient rules (vector-Jacobian products), one for every differentiable op and composite, written with the same
 * constructors as models are. A rule gets the node, the cotangent of each of its outputs (null: nothing flows back
 * through it) and which inputs want a gradient, and returns a cotangent for each input (null: none).
 */
import { type Node, attribute } from './graph.ts';
import { add, div, exp, greaterOrEqual, less, mul, neg, pow, reciprocal, sqrt, sub, where } from './ops/elementwise.ts';
import { scatterElementsAdd } from './ops/indexing.ts';
import { concat, expand, reshape, split, transpose, zeros } from './ops/layout.ts';
import { matMulTransposedNBits } from './ops/quantized.ts';
import { gemm, matMul, matMulNT, matMulTN } from './ops/product.ts';
import { reduceMean, reduceSum, sumTo } from './ops/reduce.ts';
import { rotary } from './ops/rotary.ts';
import { dim, elements } from './value.ts';
import type { Value } from './graph.ts';

export type Rule = (node: Node, dy: readonly (Value | null)[], wants: readonly boolean[]) => (Value | null)[];

/** A rule for an op of one output. */
type Pullback = (call: { node: Node; dy: Value; y: Value; x: Value[]; wants: readonly boolean[] }) => (Value | null)[];

const single =
  (pullback: Pullback): Rule =>
  (node, [dy], wants) =>
    dy ? pullback({ node, dy, y: node.outputs[0] as Value, x: node.inputs as Value[], wants }) : [];

/** An elementwise op of one input, by its derivative. */
const pointwise = (derivative: (x: Value, y: Value, dy: Value) => Value): Rule => single(({ dy, y, x }) => [derivative(x[0] as Value, y, dy)]);

/** An elementwise op of two inputs that broadcast, by its two partial products with the cotangent. */
const paired = (partial: readonly [(dy: Value, a: Value, b: Value, y: Value) => Value, (dy: Value, a: Value, b: Value, y: Value) => Value]): Rule =>
  single(({ dy, y, x, wants }) => {
    const [a, b] = x as [Value, Value];
    return [wants[0] ? sumTo(partial[0](dy, a, b, y), a.shape) : null, wants[1] ? sumTo(partial[1](dy, a, b, y), b.shape) : null];
  });

/** A reduction's cotangent with the dropped axes back, as axes of size one. */
function restored(node: Node, dy: Value): Value {
  const over = attribute(node, 'axes', 'ints');
  return reshape(dy, (node.inputs[0] as Value).shape.map((size, axis) => (over.includes(axis) ? 1 : size)));
}

export const RULES: Readonly<Record<string, Rule>> = {
  Identity: pointwise((_x, _y, dy) => dy),
  Neg: pointwise((_x, _y, dy) => neg(dy)),
  Exp: pointwise((_x, y, dy) => mul(dy, y)),
  Log: pointwise((x, _y, dy) => div(dy, x)),
  Sqrt: pointwise((_x, y, dy) => div(mul(dy, 0.5), y)),
  Reciprocal: pointwise((_x, y, dy) => neg(mul(dy, mul(y, y)))),
  Sigmoid: pointwise((_x, y, dy) => mul(dy, mul(y, sub(1, y)))),
  Tanh: pointwise((_x, y, dy) => mul(dy, sub(1, mul(y, y)))),
  Erf: pointwise((x, _y, dy) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  Relu: pointwise((x, _y, dy) => where(less(x, 0), 0, dy)),

  Add: paired([(dy) => dy, (dy) => dy]),
  Sub: paired([(dy) => dy, (dy) => neg(dy)]),
  Mul: paired([(dy, _a, b) => mul(dy, b), (dy, a) => mul(dy, a)]),
  Div: paired([(dy, _a, b) => div(dy, b), (dy, _a, b, y) => neg(div(mul(dy, y), b))]),
  Max: paired([(dy, a, b) => where(greaterOrEqual(a, b), dy, 0), (dy, a, b) => where(less(a, b), dy, 0)]),
  Min: paired([(dy, a, b) => where(less(a, b), dy, 0), (dy, a, b) => where(greaterOrEqual(a, b), dy, 0)]),
  Pow: single(({ dy, x }) => [sumTo(mul(dy, mul(x[1] as Value, pow(x[0] as Value, sub(x[1] as Value, 1)))), (x[0] as Value).shape), null]),
  Where: single(({ dy, x, wants }) => {
    const [condition, a, b] = x as [Value, Value, Value];
    return [null, wants[1] ? sumTo(where(condition, dy, 0), a.shape) : null, wants[2] ? sumTo(where(condition, 0, dy), b.shape) : null];
  }),

  Reshape: single(({ dy, x }) => [reshape(dy, (x[0] as Value).shape)]),
  Expand: single(({ dy, x }) => [sumTo(dy, (x[0] as Value).shape)]),
  Transpose: single(({ node, dy }) => {
    const perm = attribute(node, 'perm', 'ints');
    return [transpose(dy, perm.map((_, axis) => perm.indexOf(axis)))];
  }),
  Concat: single(({ node, dy, x }) => {
    const axis = attribute(node, 'axis', 'int');
    return split(dy, x.map((part) => dim(part, axis)), axis);
  }),
  Split: (node, dy) => {
    const parts = dy.map((cotangent, i) => cotangent ?? zeros(node.outputs[i] as Value, (node.outputs[i] as Value).shape));
    return [concat(parts, attribute(node, 'axis', 'int'))];
  },
  Slice: single(({ node, dy, x }) => {
    const [source] = x as [Value];
    const axis = attribute(node, 'axis', 'int');
    const gap = (size: number): Value[] => (size > 0 ? [zeros(source, source.shape.map((n, i) => (i === axis ? size : n)))] : []);
    return [concat([...gap(attribute(node, 'start', 'int')), dy, ...gap(dim(source, axis) - attribute(node, 'end', 'int'))], axis)];
  }),
  Gather: single(({ node, dy, x }) => {
    const [table, indices] = x as [Value, Value];
    const axis = attribute(node, 'axis', 'int');
    const count = elements(indices.shape);
    // One index for each element that was looked up, so that one ScatterElements adds them all back.
    const shape = table.shape.map((size, i) => (i === axis ? count : size));
    const column = reshape(indices, table.shape.map((_, i) => (i === axis ? count : 1)));
    return [scatterElementsAdd(zeros(table, table.shape), expand(column, shape), reshape(dy, shape), axis), null];
  }),
  GatherElements: single(({ node, dy, x }) => {
    const [source, indices] = x as [Value, Value];
    return [scatterElementsAdd(zeros(source, source.shape), indices, dy, attribute(node, 'axis', 'int')), null];
  }),

  MatMul: single(({ dy, x, wants }) => {
    const [a, b] = x as [Value, Value];
    // One matrix for all batches: a Gemm over all rows, not a sum over batched products.
    if (b.shape.length === 2 && a.shape.length > 2) {
      const rows = reshape(dy, [-1, dim(dy, -1)]);
      return [wants[0] ? reshape(gemm(rows, b, { transB: true }), a.shape) : null, wants[1] ? gemm(reshape(a, [-1, dim(a, -1)]), rows, { transA: true }) : null];
    }
    return [wants[0] ? sumTo(matMulNT(dy, b), a.shape) : null, wants[1] ? sumTo(matMulTN(a, dy), b.shape) : null];
  }),
  MatMulNT: single(({ dy, x, wants }) => {
    const [a, b] = x as [Value, Value];
    return [wants[0] ? sumTo(matMul(dy, b), a.shape) : null, wants[1] ? sumTo(matMulTN(dy, a), b.shape) : null];
  }),
  // The weights are frozen.
  MatMulNBits: single(({ dy, x }) => {
    const [, codes, scale, zero] = x as [Value, Value, Value, Value];
    return [matMulTransposedNBits(dy, codes, scale, zero), null, null, null];
  }),
  Gemm: single(({ node, dy, x, wants }) => {
    const [a, b, c] = x as [Value, Value, Value | undefined];
    const transA = attribute(node, 'transA', 'int') === 1;
    const transB = attribute(node, 'transB', 'int') === 1;
    const alpha = attribute(node, 'alpha', 'float');
    const da = (): Value => (transA ? gemm(b, dy, { transA: transB, transB: true, alpha }) : gemm(dy, b, { transB: !transB, alpha }));
    const db = (): Value => (transB ? gemm(dy, a, { transA: true, transB: transA, alpha }) : gemm(a, dy, { transA: !transA, alpha }));
    return [wants[0] ? da() : null, wants[1] ? db() : null, ...(c ? [dy] : [])];
  }),

  ReduceSum: single(({ node, dy, x }) => [expand(restored(node, dy), (x[0] as Value).shape)]),
  ReduceMean: single(({ node, dy, x }) => {
    const [source] = x as [Value];
    return [expand(mul(restored(node, dy), elements(dy.shape) / elements(source.shape)), source.shape)];
  }),
  Softmax: single(({ node, dy, y }) => {
    const weighted = mul(dy, y);
    return [sub(weighted, mul(y, reduceSum(weighted, [attribute(node, 'axis', 'int')], true)))];
  }),

  /** With r = 1 / rms(x): y = x r w, so dx = r (w dy) - x r^3 mean(x w dy). */
  SimplifiedLayerNormalization: single(({ node, dy, x, wants }) => {
    const [source, weight] = x as [Value, Value];
    const r = reciprocal(sqrt(add(reduceMean(mul(source, source), [-1], true), attribute(node, 'epsilon', 'float'))));
    const scaled = mul(dy, weight);
    const dx = (): Value => sub(mul(scaled, r), mul(source, mul(mul(r, mul(r, r)), reduceMean(mul(scaled, source), [-1], true))));
    return [wants[0] ? dx() : null, wants[1] ? sumTo(mul(dy, mul(source, r)), weight.shape) : null];
  }),

  /** With n the normalised x, r = 1 / std(x) and g = w dy: dx = r (g - mean(g) - n mean(g n)). */
  LayerNormalization: single(({ node, dy, x, wants }) => {
    const [source, weight, bias] = x as [Value, Value, Value];
    const centred = sub(source, reduceMean(source, [-1], true));
    const r = reciprocal(sqrt(add(reduceMean(mul(centred, centred), [-1], true), attribute(node, 'epsilon', 'float'))));
    const n = mul(centred, r);
    const g = mul(dy, weight);
    const dx = (): Value => mul(r, sub(sub(g, reduceMean(g, [-1], true)), mul(n, reduceMean(mul(g, n), [-1], true))));
    return [wants[0] ? dx() : null, wants[1] ? sumTo(mul(dy, n), weight.shape) : null, wants[2] ? sumTo(dy, bias.shape) : null];
  }),

  /** A rotation is undone by the opposite angle; a scaling in the tables is its own transpose. */
  RotaryEmbedding: single(({ dy, x }) => {
    const [, positions, cos, sin] = x as [Value, Value, Value, Value];
    return [rotary(dy, positions, cos, neg(sin)), null, null, null];
  }),

  /** With s = sigmoid(gate), a = gate s and h = a up: d up = dy a, d gate = dy up (s + a (1 - s)) = dy (h + s (up - h)). */
  SwiGlu: (node, [dy]) => {
    if (!dy) return [];
    const [, up] = node.inputs as [Value, Value];
    const [h, s, a] = node.outputs as [Value, Value, Value];
    return [mul(dy, add(h, mul(s, sub(up, h)))), mul(dy, a)];
  },

  /**
   * With p the probabilities and o = p v: dv = p^T do, dp = do v^T, ds = p (dp - rowsum(do o)), dq = ds k, dk = ds^T q.
   * The row sum is FlashAttention's (Dao et al. 2022, appendix B.4): it runs over the head's width, not over the keys.
   */
  Attention: (node, [dy], wants) => {
    if (!dy) return [];
    const [q, k, v, mask] = node.inputs as [Value, Value, Value, Value];
    const [o, p] = node.outputs as [Value, Value];
    const [batch, heads, tq, width] = q.shape as [number, number, number, number];
    const groups = dim(k, 1);
    const tk = dim(k, 2);
    const grouped = (x: Value): Value => reshape(x, [batch, groups, (heads / groups) * tq, dim(x, -1)]);
    const flow = grouped(dy);
    const delta = reduceSum(mul(flow, grouped(o)), [-1], true);
    const ds = mul(grouped(p), sub(matMulNT(flow, v), delta));
    return [
      wants[0] ? reshape(matMul(ds, k), [batch, heads, tq, width]) : null,
      wants[1] ? matMulTN(ds, q.shape[1] === groups ? q : grouped(q)) : null,
      wants[2] ? matMulTN(grouped(p), flow) : null,
      wants[3] ? sumTo(reshape(ds, [batch, heads, tq, tk]), mask.shape) : null,
    ];
  },
};
