/**
 * What a layer's forward pass keeps for its backward pass where a step goes layer by layer: the products of frozen weights. Norms, rotation,
 * attention, activations and LoRA's narrow products are computed again. That is the selective recomputation of Korthikanti et al. 2022
 * (section 5), with the line drawn where a number costs as many operations as the weights have columns.
 */
import { type Graph, type Node, type Value, byteLength } from '../onnx/index.ts';

/** A product as the two graphs of a layer know it: the input of the one, an output of the other. */
export interface SavedProduct {
  name: string;
  /** Its node's place among the layer's, which are the same in both. */
  node: number;
  bytes: number;
}

/** Bytes of one layer's products. */
export function savedBytes(products: readonly SavedProduct[]): number {
  return products.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Makes inputs of all products of frozen weights that the outputs of a backward graph need of the forward pass.
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
    // What is behind a product is not needed for its sake.
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
