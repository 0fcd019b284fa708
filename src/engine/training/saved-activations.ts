/**
 * Selective activation recomputation (Korthikanti et al. 2022, section 5) where a step goes layer by layer. A layer's forward pass
 * saves the products of frozen weights for its backward pass. Norms, rotation, attention, activations and LoRA's narrow products
 * are computed again, since they cost few operations a number.
 */
import { type Graph, type Node, type Value, byteLength } from '../onnx/index.ts';

/** A saved product: an output of a layer's forward graph, and an input of its backward graph. */
export interface SavedProduct {
  name: string;
  /** Index of its node in either graph. */
  node: number;
  bytes: number;
}

/** Bytes of one layer's products. */
export function savedBytes(products: readonly SavedProduct[]): number {
  return products.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Makes inputs of the forward pass's products of frozen weights that the outputs of a backward graph need.
 * @param forward how many of the graph's nodes are the forward pass
 */
export function feedProducts(g: Graph, forward: number): SavedProduct[] {
  const places = new Map(g.nodes.map((node, place) => [node, place]));
  const found = new Map<number, Value>();
  const seen = new Set<Value>();
  const waiting = [...g.outputs.values()];
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    const node = g.producers.get(value);
    if (seen.has(value) || !node) continue;
    seen.add(value);
    const place = places.get(node) as number;
    // A saved product does not need its own inputs.
    if (place < forward && isFrozenProduct(g, node)) found.set(place, value);
    else waiting.push(...node.inputs.filter((input) => input !== null));
  }
  return [...found].toSorted(([a], [b]) => a - b).map(([node, value]) => {
    const name = `kept${node}`;
    g.feed(name, value);
    return { name, node, bytes: byteLength(value) };
  });
}

function isFrozenProduct(g: Graph, { op, inputs }: Node): boolean {
  return (op === 'Gemm' || op === 'MatMulNBits') && isFrozen(g, inputs[1] as Value);
}

/** Whether a value is made of parameters and constants alone. */
function isFrozen(g: Graph, value: Value): boolean {
  const node = g.producers.get(value);
  return node ? node.inputs.every((input) => input === null || isFrozen(g, input)) : !g.inputs.includes(value);
}
