import { expect, test } from '@playwright/test';
import { LabError } from '../../src/core/errors.ts';
import { Graph, type Value, add, concat, gather, gemm, gradients, matMul, modelProto, mul, reduceSum, relu, reshape, slice, softmax, split, sub, transpose, writeModel } from '../../src/engine/onnx/index.ts';
import { ProtoWriter } from '../../src/engine/onnx/proto.ts';

const input = (g: Graph, name: string, ...shape: number[]): Value => g.input(name, 'float32', shape);

/** What a refused call throws. */
function refusal(call: () => unknown): LabError {
  try {
    call();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('the call was not refused');
}

test('a split into many parts binds no more buffers than every GPU has, and gives them in order', () => {
  for (const count of [2, 7, 8, 30, 60]) {
    const g = new Graph('many parts');
    const sizes = Array.from({ length: count }, (_, i) => 1 + (i % 3));
    const x = input(g, 'x', 2, sizes.reduce((sum, size) => sum + size, 0));
    const parts = split(x, sizes, 1);
    expect(parts.map(({ shape }) => shape)).toEqual(sizes.map((size) => [2, size]));
    // Where in x each part begins, followed from x through the nodes.
    const begins = new Map<Value, number>([[x, 0]]);
    for (const node of g.nodes) {
      expect(node.outputs.length + 1, 'buffers of one shader').toBeLessThanOrEqual(8);
      let at = begins.get(node.inputs[0] as Value) as number;
      for (const output of node.outputs) {
        begins.set(output, at);
        at += output.shape[1] as number;
      }
    }
    expect(parts.map((part) => begins.get(part))).toEqual(sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0)));
    expect(gradients(parts, parts, [x])[0]?.shape).toEqual(x.shape);
  }
});

test('shapes follow from the inputs', () => {
  const g = new Graph('shapes');
  const x = input(g, 'x', 2, 3, 4);
  expect(add(x, input(g, 'row', 4)).shape).toEqual([2, 3, 4]);
  expect(mul(input(g, 'column', 3, 1), input(g, 'wide', 1, 5)).shape).toEqual([3, 5]);
  expect(matMul(x, input(g, 'w', 4, 6)).shape).toEqual([2, 3, 6]);
  expect(matMul(input(g, 'p', 5, 1, 2, 3), input(g, 'q', 7, 3, 4)).shape).toEqual([5, 7, 2, 4]);
  expect(gemm(input(g, 'a', 3, 2), input(g, 'b', 5, 3), { transA: true, transB: true }).shape).toEqual([2, 5]);
  expect(transpose(x, [2, 0, 1]).shape).toEqual([4, 2, 3]);
  expect(reshape(x, [6, -1]).shape).toEqual([6, 4]);
  expect(split(x, [1, 3], -1).map(({ shape }) => shape)).toEqual([[2, 3, 1], [2, 3, 3]]);
  expect(slice(x, 1, -2, 3).shape).toEqual([2, 2, 4]);
  expect(gather(x, g.input('i', 'int32', [5, 1]), 1).shape).toEqual([2, 5, 1, 4]);
  expect(reduceSum(x, [0, -1]).shape).toEqual([3]);
  expect(reduceSum(x, [1], true).shape).toEqual([2, 1, 4]);
});

test('what does not fit is refused with the op and the shapes in the message', () => {
  const g = new Graph('refusals');
  const [a, b] = [input(g, 'a', 2, 3), input(g, 'b', 4, 5)];
  const cases: [string, () => unknown, string][] = [
    ['MatMul', () => matMul(a, b), 'float32[2, 3] cannot be multiplied by float32[4, 5]'],
    ['Add', () => add(a, b), '[2, 3] and [4, 5] do not broadcast'],
    ['Add', () => add(a, g.input('i', 'int32', [2, 3])), 'float32[2, 3] and int32[2, 3] have different types'],
    ['Gemm', () => gemm(a, b, { transB: true }), 'float32[2, 3] cannot be multiplied by float32[4, 5] transposed'],
    ['Reshape', () => reshape(a, [4, 2]), 'float32[2, 3] does not fit [4, 2]'],
    ['Concat', () => concat([a, b], 0), 'float32[4, 5] does not join float32[2, 3] along axis 0'],
    ['Split', () => split(a, [1, 1], 1), 'axis 1 of float32[2, 3] is not made of parts 1 + 1'],
    ['Slice', () => slice(a, 1, 1, 4), '1:4 lies outside axis 1 of float32[2, 3]'],
    ['Softmax', () => softmax(a, 2), 'axis 2 does not exist in a tensor of shape [2, 3]'],
    ['Transpose', () => transpose(a, [0, 0]), '[0, 0] is not a permutation of the axes of float32[2, 3]'],
    ['Gather', () => gather(a, b), 'the indices are float32[4, 5], not int32 or int64'],
  ];
  for (const [op, call, problem] of cases) {
    const error = refusal(call);
    expect(error.code).toBe('onnx.shape');
    expect(error.message).toContain(`${op}: `);
    expect(error.message).toContain(problem);
  }
});

test('a value of another graph is refused by the names of both', () => {
  const error = refusal(() => add(input(new Graph('one'), 'x', 2), input(new Graph('two'), 'y', 2)));
  expect(error.code).toBe('onnx.graph');
  expect(error.message).toContain('graph one was given "y" of graph two');
});

test('an op without a gradient rule is named, but only where a target lies behind it', () => {
  const g = new Graph('no rule');
  const [x, w] = [input(g, 'x', 2, 2), input(g, 'w', 2, 2)];
  const [odd] = g.append('Sinh', [x], [{ dtype: 'float32', shape: [2, 2] }]) as [Value];
  const y = mul(odd, w);
  const error = refusal(() => gradients([y], [y], [x]));
  expect(error.code).toBe('onnx.no-gradient');
  expect(error.message).toContain('Sinh');
  expect(gradients([y], [y], [w])).toHaveLength(1);
});

test('a target that nothing depends on has a gradient of zeros in its shape', () => {
  const g = new Graph('independent');
  const [x, unused] = [input(g, 'x', 2), input(g, 'unused', 3, 1)];
  const [dx, none] = gradients([relu(x)], [x], [x, unused]) as [Value, Value];
  expect(dx.shape).toEqual([2]);
  expect(none.shape).toEqual([3, 1]);
});

test('equal constants are one', () => {
  const g = new Graph('constants');
  const x = input(g, 'x', 2);
  add(mul(x, 0.5), mul(x, 0.5));
  sub(x, 0.25);
  expect(g.constants.map(({ data }) => Array.from(new Float32Array((data as Uint8Array).buffer)))).toEqual([[0.5], [0.25]]);
});

test('a constant that is made later is the same file in pieces, made once and in its turn; a whole file cannot have it', async () => {
  const made: string[] = [];
  const graphOf = (constant: (g: Graph, name: string, numbers: Float32Array) => Value): Graph => {
    const g = new Graph('later');
    const sum = add(add(input(g, 'x', 2), constant(g, 'first', Float32Array.of(1, 2))), constant(g, 'second', Float32Array.of(3, 4)));
    constant(g, 'unused', Float32Array.of(5, 6));
    g.output('y', sum);
    return g;
  };
  const now = writeModel(graphOf((g, _, numbers) => g.constant(numbers)), 'inputs').bytes;
  const later = graphOf((g, name, numbers) => g.laterConstant(async () => (made.push(name), numbers), 'float32', [2]));
  const pieces: Uint8Array[] = [];
  for await (const piece of modelProto(later, 'inputs').proto.pieces()) pieces.push(piece.slice());
  expect(Buffer.compare(Buffer.concat(pieces), now)).toBe(0);
  expect(made).toEqual(['first', 'second']);
  expect(() => writeModel(later, 'inputs')).toThrow(/only be written in pieces/);
});

test('what no output needs is not written, and a parameter is an input or an external initialiser', () => {
  const g = new Graph('pruned');
  const [x, unused] = [input(g, 'x', 2, 2), input(g, 'unused', 2)];
  const w = g.parameter('w', 'float32', [2, 2]);
  g.parameter('v', 'float32', [2, 2]);
  relu(unused);
  g.output('y', matMul(x, w));
  const asInputs = writeModel(g, 'inputs');
  expect(asInputs.inputs.map(({ name }) => name)).toEqual(['x', 'w']);
  expect(asInputs.external).toEqual([]);
  const external = writeModel(g, 'external');
  expect(external.inputs.map(({ name }) => name)).toEqual(['x']);
  expect(external.external.map(({ name }) => name)).toEqual(['w']);
  expect(new TextDecoder().decode(external.bytes)).not.toContain('Relu');
});

test('a value that is fed is an input, and what it was made by is left out but for what else needs it', () => {
  const g = new Graph('fed');
  const x = input(g, 'x', 2);
  const positive = relu(x);
  const doubled = mul(positive, 2);
  g.output('dx', gradients([mul(doubled, doubled)], [input(g, 'dy', 2)], [x])[0] as Value);
  expect(writeModel(g, 'inputs').inputs.map(({ name }) => name)).toEqual(['x', 'dy']);
  g.feed('kept', doubled);
  const fed = new TextDecoder().decode(writeModel(g, 'inputs').bytes);
  expect(writeModel(g, 'inputs').inputs.map(({ name }) => name)).toEqual(['x', 'dy', 'kept']);
  // The sign of relu's gradient is x's own or its output's; what made the doubled value is not there any more.
  expect(fed).not.toContain(doubled.name);
  g.output('again', doubled);
  expect(new TextDecoder().decode(writeModel(g, 'inputs').bytes), 'an output that is fed is passed on').toContain('again');
});

test('fields are written as Protocol Buffers prescribe', () => {
  // The examples of the encoding guide: 150 in field 1, "testing" in field 2, a message holding the first in field 3.
  expect(Array.from(new ProtoWriter().varint(1, 150).finish())).toEqual([0x08, 0x96, 0x01]);
  expect(Array.from(new ProtoWriter().string(2, 'testing').finish())).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  expect(Array.from(new ProtoWriter().message(3, new ProtoWriter().varint(1, 150)).finish())).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  // Negative numbers take all ten bytes; a field number above 15 takes two.
  expect(Array.from(new ProtoWriter().varint(1, -2).finish())).toEqual([0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  expect(Array.from(new ProtoWriter().varint(20, 1).finish())).toEqual([0xa0, 0x01, 0x01]);
  expect(Array.from(new ProtoWriter().float(2, 1).finish())).toEqual([0x15, 0x00, 0x00, 0x80, 0x3f]);
});
