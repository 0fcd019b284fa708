export { type Attribute, type Constant, Graph, type Node } from './graph.ts';
export { gradients } from './gradients.ts';
export { type ModelBytes, modelProto, writeModel } from './model.ts';
export { geGlu, gelu, geluTanh, swiGlu } from './ops/activation.ts';
export { attention } from './ops/attention.ts';
export {
  add, and, cast, div, equal, erf, exp, greaterOrEqual, identity, less, log, maximum, minimum, mul, neg, pow, reciprocal, relu, sigmoid, sqrt, sub, tanh, where,
} from './ops/elementwise.ts';
export { cumSum } from './ops/cumulative.ts';
export { gather, gatherElements, scatterElementsAdd } from './ops/indexing.ts';
export { concat, expand, reshape, slice, split, transpose, zeros } from './ops/layout.ts';
export { loop, type LoopOptions } from './ops/loop.ts';
export { layerNorm, rmsNorm } from './ops/normalization.ts';
export { cut, extend } from './ops/open.ts';
export { type GemmOptions, gemm, linear, matMul, matMulNT, matMulTN } from './ops/product.ts';
export { dequantizeLinear, hasTransposedNBits, matMulNBits, matMulTransposedNBits, canTransposeNBits } from './ops/quantized.ts';
export { argMax, kthLargest, reduceMax, reduceMean, reduceSum, softmax, sumTo } from './ops/reduce.ts';
export { rotary } from './ops/rotary.ts';
export { byteLength, DTYPES, type DType, dim, elements, type Shape } from './value.ts';
export type { Operand, Value } from './graph.ts';
