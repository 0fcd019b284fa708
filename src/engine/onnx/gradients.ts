/**
 * Reverse-mode differentiation of a graph, in the same graph: a table of rules (rules.ts) and this walk, which visits
 * only nodes that lie between the targets and the outputs. The shape is that of tinygrad's `mixin/gradient.py`.
 */
import { LabError } from '../../core/errors.ts';
import type { Graph, Node } from './graph.ts';
import { add } from './ops/elementwise.ts';
import { gemm } from './ops/product.ts';
import { zeros } from './ops/layout.ts';
import { RULES } from './rules.ts';
import { describe, sameShape, shapeError } from './value.ts';
import type { Value } from './graph.ts';

/**
 * The gradients of sum(outputs[i] * cotangents[i]) with respect to every value of `wrt`.
 * A target that no output depends on has a gradient of zeros.
 *
 * @param cotangents one for each output, of its shape
 * @returns one for each target, of its shape
 * @throws `onnx.no-gradient` naming the op, when a node on the way has no rule
 */
export function gradients(outputs: readonly Value[], cotangents: readonly Value[], wrt: readonly Value[]): Value[] {
  const graph = (outputs[0] ?? wrt[0])?.graph;
  if (!graph) return [];
  const tape = graph.tape.slice(); // the rules below append to it
  const alive = reaching(tape, wrt);
  const contributions = new Map<Value, Value[]>();
  const give = (value: Value, cotangent: Value): void => {
    if (!sameShape(value.shape, cotangent.shape)) throw shapeError('gradients', `${describe(cotangent)} is no cotangent of ${describe(value)}`);
    contributions.set(value, [...(contributions.get(value) ?? []), cotangent]);
  };
  outputs.forEach((output, i) => give(output, cotangents[i] as Value));

  const totals = new Map<Value, Value>();
  const total = (value: Value): Value | null => {
    const known = totals.get(value);
    if (known) return known;
    const terms = contributions.get(value);
    if (!terms) return null;
    const sum = sumOf(graph, terms);
    totals.set(value, sum);
    return sum;
  };

  for (const node of tape.toReversed()) {
    const wants = node.inputs.map((input) => input !== null && alive.has(input));
    if (!wants.some(Boolean)) continue;
    const dy = node.outputs.map(total);
    if (dy.every((cotangent) => cotangent === null)) continue;
    const rule = RULES[node.op];
    if (!rule) throw new LabError('onnx.no-gradient', `The op ${node.op} has no gradient rule, and a trained weight needs one.`, 'This is a fault in a model definition; please report it with the model you loaded.', { op: node.op });
    rule(node, dy, wants).forEach((cotangent, i) => {
      if (wants[i] && cotangent) give(node.inputs[i] as Value, cotangent);
    });
  }
  return wrt.map((target) => total(target) ?? zeros(target, target.shape));
}

/** Every value that depends on a target (the targets among them). */
function reaching(tape: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const alive = new Set(wrt);
  for (const node of tape) {
    if (node.inputs.some((input) => input !== null && alive.has(input))) for (const output of node.outputs) alive.add(output);
  }
  return alive;
}

/** The sum of cotangents. Plain matrix products among them take the running sum as their addend, which saves a pass over memory. */
function sumOf(graph: Graph, terms: readonly Value[]): Value {
  const products = new Map<Value, Node>();
  for (const term of terms) {
    const node = terms.length > 1 ? graph.producers.get(term) : undefined;
    if (node?.op === 'Gemm' && node.inputs.length === 2) products.set(term, node);
  }
  const others = terms.filter((term) => !products.has(term));
  let sum = others.slice(1).reduce<Value | undefined>((a, b) => add(a as Value, b), others[0]);
  for (const [term, node] of products) {
    if (!sum) {
      sum = term;
      continue;
    }
    const [a, b] = node.inputs as [Value, Value];
    const flag = (name: string): boolean => node.attributes[name]?.value === 1;
    sum = gemm(a, b, { transA: flag('transA'), transB: flag('transB'), alpha: node.attributes['alpha']?.value as number, c: sum });
  }
  return sum as Value;
}
