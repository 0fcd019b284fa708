/**
 * Writes a graph as an ONNX ModelProto (onnx.proto3, IR version 10). Field numbers are those of onnx/onnx.proto.
 * Only what the outputs need is written.
 */
import type { Attribute, Graph, Node } from './graph.ts';
import { ProtoWriter } from './proto.ts';
import { DTYPES, type DType, type Shape } from './value.ts';
import type { Value } from './graph.ts';

export const OPSET = 21;
const IR_VERSION = 10;

export interface ModelProto {
  proto: ProtoWriter;
  /** The parameters whose bytes the session has to be given under their names, as external data. */
  external: readonly Value[];
  /** Inputs and (where they are inputs) parameters that the written graph really has. */
  inputs: readonly Value[];
  outputs: ReadonlyMap<string, Value>;
}

export type ModelBytes = Omit<ModelProto, 'proto'> & { bytes: Uint8Array };

/** As `modelProto`, with the model's bytes. */
export function writeModel(graph: Graph, parameters: 'inputs' | 'external'): ModelBytes {
  const { proto, ...model } = modelProto(graph, parameters);
  return { ...model, bytes: proto.finish() };
}

/**
 * @param parameters `inputs`: fed like any input. `external`: initialisers whose bytes come beside the model, each
 *   under its own name.
 */
export function modelProto(graph: Graph, parameters: 'inputs' | 'external'): ModelProto {
  const { nodes, used } = needed(graph);
  const inputs = [...graph.inputs, ...(parameters === 'inputs' ? graph.parameters : [])].filter((value) => used.has(value));
  const external = parameters === 'external' ? graph.parameters.filter((value) => used.has(value)) : [];

  const { proto: body, nameOf } = writeNodes(graph, nodes, used, (value) => value?.name ?? '');
  for (const value of external) {
    const location = new ProtoWriter().string(1, 'location').string(2, value.name);
    body.message(5, tensorHeader(value.name, value.dtype, value.shape).message(13, location).varint(14, 1));
  }
  for (const value of inputs) body.message(11, valueInfo(nameOf(value), value.dtype, value.shape, graph.openDimensions.get(value)));

  const proto = new ProtoWriter()
    .varint(1, IR_VERSION)
    .string(2, 'pinch-lab')
    .message(7, body)
    .message(8, new ProtoWriter().string(1, '').varint(2, OPSET))
    .message(8, new ProtoWriter().string(1, 'com.microsoft').varint(2, 1));
  return { proto, external, inputs, outputs: graph.outputs };
}

type NameOf = (value: Value | null) => string;

/** Nodes, constants and outputs of a graph or of a body; `captured` names what a body takes from the graph around it. */
function writeNodes(graph: Graph, nodes: readonly Node[], used: ReadonlySet<Value>, captured: NameOf): { proto: ProtoWriter; nameOf: NameOf } {
  // An output may be an input, or the same value twice: then a node has to stand between.
  const names = new Map<Value, string>();
  const aliases: [from: Value, to: string][] = [];
  const produced = new Set(nodes.flatMap((node) => node.outputs));
  for (const [name, value] of graph.outputs) {
    if (produced.has(value) && !graph.fed.has(value) && !names.has(value)) names.set(value, name);
    else aliases.push([value, name]);
  }
  const nameOf: NameOf = (value) => {
    if (value === null) return '';
    const outer = graph.captures.get(value);
    return outer ? captured(outer) : (names.get(value) ?? read(graph, value).name);
  };

  const proto = new ProtoWriter();
  for (const node of nodes) proto.message(1, writeNode(node, nameOf));
  for (const [from, to] of aliases) proto.message(1, new ProtoWriter().string(1, nameOf(from)).string(2, to).string(4, 'Identity'));
  proto.string(2, graph.name);
  for (const { value, data } of graph.constants) {
    if (used.has(value)) proto.message(5, tensorHeader(value.name, value.dtype, value.shape).bytes(9, data));
  }
  for (const [name, value] of graph.outputs) proto.message(12, valueInfo(name, value.dtype, value.shape, everyAxisOpen(graph, value)));
  return { proto, nameOf };
}

/** The GraphProto of a body. All its inputs are written: their order is what they are known by. */
function writeBody(graph: Graph, captured: NameOf): ProtoWriter {
  const { nodes, used } = needed(graph);
  const { proto, nameOf } = writeNodes(graph, nodes, used, captured);
  for (const value of graph.inputs) proto.message(11, valueInfo(nameOf(value), value.dtype, value.shape, graph.openDimensions.get(value)));
  return proto;
}

/** The value that is read where the graph's nodes have this one. */
function read(graph: Graph, value: Value): Value {
  return graph.fed.get(value) ?? value;
}

/** The nodes that outputs depend on, in order, and every value they read. */
function needed(graph: Graph): { nodes: Node[]; used: Set<Value> } {
  const used = new Set<Value>([...graph.outputs.values()].map((value) => read(graph, value)));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => used.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (input) used.add(read(graph, input));
    for (const value of captures(node)) used.add(read(graph, value));
  }
  return { nodes: nodes.toReversed(), used };
}

/** What the bodies of a node take from the graph around them. */
function captures(node: Node): Value[] {
  return Object.values(node.attributes).flatMap((attribute) => {
    if (attribute.type !== 'graph') return [];
    const { used } = needed(attribute.value);
    return [...attribute.value.captures].filter(([alias]) => used.has(alias)).map(([, outer]) => outer);
  });
}

/** With an open dimension somewhere, an output's sizes are not promised: its axes are written without numbers. */
function everyAxisOpen(graph: Graph, value: Value): ReadonlyMap<number, string> | undefined {
  return graph.openDimensions.size === 0 ? undefined : new Map(value.shape.map((_, axis) => [axis, '']));
}

function writeNode(node: Node, nameOf: NameOf): ProtoWriter {
  const proto = new ProtoWriter();
  for (const input of node.inputs) proto.string(1, nameOf(input));
  for (const output of node.outputs) proto.string(2, nameOf(output));
  proto.string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) proto.message(5, writeAttribute(name, value, nameOf));
  if (node.domain !== '') proto.string(7, node.domain);
  return proto;
}

function writeAttribute(name: string, attribute: Attribute, nameOf: NameOf): ProtoWriter {
  const proto = new ProtoWriter().string(1, name);
  switch (attribute.type) {
    case 'float':
      return proto.float(2, attribute.value).varint(20, 1);
    case 'int':
      return proto.varint(3, attribute.value).varint(20, 2);
    case 'string':
      return proto.string(4, attribute.value).varint(20, 3);
    case 'ints':
      for (const value of attribute.value) proto.varint(8, value);
      return proto.varint(20, 7);
    case 'graph':
      return proto.message(6, writeBody(attribute.value, nameOf)).varint(20, 5);
  }
}

function tensorHeader(name: string, dtype: DType, shape: Shape): ProtoWriter {
  const proto = new ProtoWriter();
  for (const size of shape) proto.varint(1, size);
  return proto.varint(2, DTYPES[dtype].code).string(8, name);
}

function valueInfo(name: string, dtype: DType, shape: Shape, open?: ReadonlyMap<number, string>): ProtoWriter {
  const dims = new ProtoWriter();
  shape.forEach((size, axis) => {
    const label = open?.get(axis);
    const dimension = new ProtoWriter();
    if (label === undefined) dimension.varint(1, size);
    else if (label !== '') dimension.string(2, label);
    dims.message(1, dimension);
  });
  const tensor = new ProtoWriter().varint(1, DTYPES[dtype].code).message(2, dims);
  return new ProtoWriter().string(1, name).message(2, new ProtoWriter().message(1, tensor));
}
