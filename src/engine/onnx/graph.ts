import { LabError } from '../../core/errors.ts';
import type { LaterBytes } from './proto.ts';
import { DTYPES, type DType, type Shape, elements } from './value.ts';

interface AttributeValues {
  int: number;
  float: number;
  ints: readonly number[];
  string: string;
  /** A body, as Loop has it. */
  graph: Graph;
}

/** An attribute of a node, tagged with the ONNX attribute type it is written as. */
export type Attribute = { [T in keyof AttributeValues]: { type: T; value: AttributeValues[T] } }[keyof AttributeValues];

export type Attributes = Readonly<Record<string, Attribute>>;

/** One application of an op. `domain` is empty for ONNX's own ops. */
export interface Node {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** What the node's gradient rule needs to know and ONNX expects elsewhere (as a constant input): not written. */
  readonly facts: Attributes;
}

/** A tensor whose content is part of the graph. */
export interface Constant {
  readonly value: Value;
  readonly data: Uint8Array | LaterBytes;
}

type Numbers = readonly number[] | Float32Array | Int32Array | Uint8Array;

const PACK: { [T in DType]?: (data: Numbers) => Uint8Array } = {
  float32: (data) => bytesOf(Float32Array.from(data)),
  int32: (data) => bytesOf(Int32Array.from(data)),
  int64: (data) => bytesOf(BigInt64Array.from(data as readonly number[], BigInt)),
  uint8: (data) => Uint8Array.from(data as readonly number[]),
  bool: (data) => Uint8Array.from(data, (x) => (x ? 1 : 0)),
};

/**
 * A graph under construction. Op constructors append to it; nothing is ever removed: whatever no output needs is
 * left out when the graph is written.
 *
 * `nodes` is what runs. `tape` is what gradients are derived from: the same nodes, except that the nodes of a
 * `composite` appear there as one entry, whose rule in the table may be cheaper than the chain rule through them.
 */
export class Graph {
  /** Fed at every run. */
  readonly inputs: Value[] = [];
  /** Bound once, when a session is made: frozen weights. */
  readonly parameters: Value[] = [];
  readonly constants: Constant[] = [];
  readonly nodes: Node[] = [];
  readonly tape: Node[] = [];
  readonly outputs = new Map<string, Value>();
  /** Dimensions written as a name, not a number: see `input`. */
  readonly openDimensions = new Map<Value, ReadonlyMap<number, string>>();
  /** The node that makes a value; inputs, parameters and constants have none. */
  readonly producers = new Map<Value, Node>();
  /** Values that nodes make, and the inputs that the written graph has in their place: see `feed`. */
  readonly fed = new Map<Value, Value>();
  private readonly pool = new Map<string, Value>();
  /** In a body: its own values that stand for values of the graph around it, under the same names. */
  readonly captures = new Map<Value, Value>();
  private readonly names = new Set<string>();
  private count = 0;
  private depth = 0;

  /** @param outer the graph around a body (see `loop`), whose values and parameters the body may use */
  constructor(
    readonly name: string,
    private readonly outer: Graph | null = null,
  ) {}

  /**
   * A tensor fed at every run.
   * @param open axes whose size may differ from run to run, by name; `shape` then holds the largest size. Only ops
   *   that do not write a size into the graph (elementwise, MatMul, Softmax, Gather on another axis) may follow.
   */
  input(name: string, dtype: DType, shape: Shape, open?: Record<number, string>): Value {
    const value = this.declare(name, dtype, shape);
    this.inputs.push(value);
    if (open) this.openDimensions.set(value, new Map(Object.entries(open).map(([axis, label]) => [Number(axis), label])));
    return value;
  }

  /**
   * Makes an input of a value that nodes make, for whoever has it from another graph's run. What it is made by is then written
   * only where something else needs it; gradients are derived as before.
   */
  feed(name: string, value: Value): void {
    this.fed.set(value, this.input(name, value.dtype, value.shape));
  }

  /** A frozen weight: an initialiser where runs copy their inputs (WASM), an input that stays on the device elsewhere. */
  parameter(name: string, dtype: DType, shape: Shape): Value {
    if (this.outer) return this.capture(this.outer.parameters.find((value) => value.name === name) ?? this.outer.parameter(name, dtype, shape));
    const value = this.declare(name, dtype, shape);
    this.parameters.push(value);
    return value;
  }

  /** A tensor written into the graph. Equal constants are shared. */
  constant(data: Numbers, dtype: DType = 'float32', shape: Shape = [data.length]): Value {
    const pack = PACK[dtype];
    if (!pack || data.length !== elements(shape)) {
      throw new LabError('onnx.constant', `A ${dtype} constant of shape [${shape.join(', ')}] cannot be made from ${data.length} numbers.`, 'This is a fault in a model definition; please report it.');
    }
    const key = data.length <= 64 ? `${dtype}|${shape.join(',')}|${Array.from(data).join(',')}` : null;
    const pooled = key === null ? undefined : this.pool.get(key);
    if (pooled) return pooled;
    const value = this.fresh('const', dtype, shape);
    this.constants.push({ value, data: pack(data) });
    if (key !== null) this.pool.set(key, value);
    return value;
  }

  /** A tensor written into the graph whose numbers are made when their turn comes: see `ProtoWriter.pieces`. */
  laterConstant(make: () => Promise<Float32Array | Uint8Array>, dtype: 'float32' | 'uint8', shape: Shape): Value {
    const value = this.fresh('const', dtype, shape);
    const bytes = async (): Promise<Uint8Array> => bytesOf(await make());
    this.constants.push({ value, data: { length: elements(shape) * DTYPES[dtype].bytes, make: bytes } });
    return value;
  }

  /** A value of the graph around this body, for use in it. */
  capture(value: Value): Value {
    if (value.graph !== this.outer) throw new LabError('onnx.graph', `The body ${this.name} cannot use "${value.name}" of graph ${value.graph.name}, which is not around it.`, 'This is a fault in a model definition; please report it.');
    const known = [...this.captures].find(([, outer]) => outer === value);
    if (known) return known[0];
    const alias: Value = { ...value, graph: this };
    this.captures.set(alias, value);
    return alias;
  }

  /** Names a value as a result of the graph. */
  output(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new LabError('onnx.name', `The graph ${this.name} already has an output named "${name}".`, 'This is a fault in a model definition; please report it.');
    this.outputs.set(name, value);
  }

  /** Appends one node; op constructors call this with the shapes they inferred. */
  append(op: string, inputs: readonly (Value | null)[], outputs: readonly { dtype: DType; shape: Shape }[], attributes: Attributes = {}, { domain = '', facts = {} }: { domain?: string; facts?: Attributes } = {}): Value[] {
    for (const input of inputs) {
      if (input && input.graph !== this) throw new LabError('onnx.graph', `${op} in graph ${this.name} was given "${input.name}" of graph ${input.graph.name}.`, 'This is a fault in a model definition; please report it.');
    }
    const node: Node = { op, domain, inputs, outputs: outputs.map(({ dtype, shape }) => this.fresh(op, dtype, shape)), attributes, facts };
    this.nodes.push(node);
    for (const output of node.outputs) this.producers.set(output, node);
    if (this.depth === 0) this.tape.push(node);
    return [...node.outputs];
  }

  /**
   * Nodes that gradients see as one op of that name, with a rule of its own.
   * @param build makes the nodes from `inputs` (and from nothing else that needs a gradient)
   */
  composite(op: string, inputs: readonly Value[], build: () => Value | Value[], facts: Attributes = {}): Value[] {
    this.depth++;
    try {
      const built = build();
      const outputs = Array.isArray(built) ? built : [built];
      if (this.depth === 1) this.tape.push({ op, domain: '', inputs, outputs, attributes: {}, facts });
      return outputs;
    } finally {
      this.depth--;
    }
  }

  private declare(name: string, dtype: DType, shape: Shape): Value {
    if (this.names.has(name)) throw new LabError('onnx.name', `The graph ${this.name} already has a tensor named "${name}".`, 'This is a fault in a model definition; please report it.');
    this.names.add(name);
    return { graph: this, name, dtype, shape: [...shape] };
  }

  private fresh(label: string, dtype: DType, shape: Shape): Value {
    // Names in a body must differ from those around it.
    return { graph: this, name: `%${this.outer ? `${this.name}/` : ''}${label}_${this.count++}`, dtype, shape: [...shape] };
  }
}

export const int = (value: number): Attribute => ({ type: 'int', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const text = (value: string): Attribute => ({ type: 'string', value });
export const body = (value: Graph): Attribute => ({ type: 'graph', value });

/** An attribute or fact that its op always has; a rule that misses one has met a node it does not know. */
export function attribute<T extends keyof AttributeValues>(node: Node, name: string, type: T): AttributeValues[T] {
  const found = node.attributes[name] ?? node.facts[name];
  if (found?.type !== type) throw new LabError('onnx.attribute', `A ${node.op} node has no ${type} attribute "${name}".`, 'This is a fault in a model definition; please report it.');
  return found.value as AttributeValues[T];
}

function bytesOf(array: Float32Array | Int32Array | BigInt64Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A tensor in a graph: what an input, a constant or an op's output is. Shapes are static. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** An op's operand: a value, or a number that becomes a scalar constant of the other operand's type. */
export type Operand = Value | number;
