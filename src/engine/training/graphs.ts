/**
 * The graphs a training step is made of: embedding, layers, and all with the head (head.ts) in one.
 */
import { Graph, type Value, attention, concat, gradients, reshape, split } from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { AttentionKind, ModelConfig } from '../models/model-config.ts';
import { type LayerContext, decoderLayer, kindOf, kindsOf } from '../models/decoder-layer.ts';
import { packedMask } from '../models/masks.ts';
import { type OuterValues, declareOuter, embedded } from '../models/outer.ts';
import { rotaryTables } from '../models/rotary.ts';
import { type Rows, rowCount } from '../models/rows.ts';
import { type Named, declareTrained, fed } from '../models/stored.ts';
import type { DeviceTensor } from '../runtime/index.ts';
import { columnConstants, columnInputs, keepMasks, rowKeys } from './dropout.ts';
import { type SavedProduct, feedProducts } from './saved-activations.ts';
import { type LossCount, headWithLoss, lossRows, spread } from './head.ts';
import { hidden, type StepShape } from './hidden.ts';

/** The frozen weights under the names the whole step's graph declares them by. */
export function layerBindings(model: BaseModel, layer: number, prefix: string): Record<string, DeviceTensor> {
  return Object.fromEntries(Object.entries(model.layers[layer] as Named<DeviceTensor>).map(([name, tensor]) => [`${prefix}${name}`, tensor]));
}

/** Token ids int32 [K B T] to hidden states [K B T, d]. */
export function embedGraph(shape: StepShape): Graph {
  const g = new Graph('embedding');
  g.output('x', embeddings(g, declareOuter(g, shape.model.outer), shape));
  return g;
}

function embeddings(g: Graph, outer: OuterValues, { model, rows }: StepShape): Value {
  return embedded(outer, g.input('ids', 'int32', [rowCount(rows)]), model.config);
}

type Shared = (kind: AttentionKind) => LayerContext;

/** The inputs that every layer shares, positions and segments, and what the layers of each kind make of them. */
export function sharedContext(g: Graph, config: ModelConfig, rows: Rows, kinds: readonly AttentionKind[]): Shared {
  const sequences = rows.adapters * rows.batch;
  const positions = g.input('positions', 'int64', [sequences, rows.length]);
  const segments = g.input('segments', 'int32', [sequences, rows.length]);
  const contexts = new Map(kinds.map((kind) => {
    const mask = packedMask(segments, kind === 'sliding_attention' ? config.sliding_window : null);
    const context: LayerContext = { config, rows, positions, tables: rotaryTables(g, config, rows.length, kind), attend: (q, k, v) => attention(q, k, v, mask) };
    return [kind, context] as const;
  }));
  return (kind) => contexts.get(kind) as LayerContext;
}

/** A layer's weights as the two graphs below are fed with them. DoRA takes the lengths of the weights' rows, so it needs them whole. */
export function fedLayer({ model, layout }: StepShape, weights: Named<DeviceTensor>): Named<DeviceTensor> {
  return fed(model.device, weights, layout.config.use_dora);
}

/**
 * One layer forward: x, adapters [K, size] to y. Dropout's keys only when training. Layers of one kind share the graph.
 * @param weights any layer's, see `fedLayer`
 * @param kept what the backward pass will be fed, see `savedProducts`
 */
export function blockForward(shape: StepShape, weights: Named<DeviceTensor>, kind: AttentionKind, train: boolean, kept: readonly SavedProduct[] = []): Graph {
  const g = new Graph('layer forward');
  g.output('y', singleLayer(g, shape, weights, kind, train).y);
  for (const { name, node } of kept) g.output(name, g.nodes[node]?.outputs[0] as Value);
  return g;
}

/**
 * The layer again, and from dy the gradients of its input (unless it is the first layer's) and of its adapters.
 * @param kept whether the forward pass kept its products of frozen weights, so that only what is cheap is computed again
 */
export function blockBackward(shape: StepShape, weights: Named<DeviceTensor>, kind: AttentionKind, wantsInput: boolean, kept = false): Graph {
  return backward(shape, weights, kind, wantsInput, kept).graph;
}

/** What the forward pass of a layer of this kind has to keep for such a backward pass; the first layer's needs no more than others'. */
export function savedProducts(shape: StepShape, weights: Named<DeviceTensor>, kind: AttentionKind): SavedProduct[] {
  return backward(shape, weights, kind, true, true).kept;
}

function backward(shape: StepShape, weights: Named<DeviceTensor>, kind: AttentionKind, wantsInput: boolean, keeps: boolean): { graph: Graph; kept: SavedProduct[] } {
  const g = new Graph('layer backward');
  const { x, y, pieces } = singleLayer(g, shape, weights, kind, true);
  const forward = g.nodes.length;
  const found = gradients([y], [g.input('dy', 'float32', hidden(shape))], wantsInput ? [...pieces, x] : pieces);
  if (wantsInput) g.output('dx', found.pop() as Value);
  g.output('gradients', shape.layout.join(found));
  return { graph: g, kept: keeps ? feedProducts(g, forward) : [] };
}

function singleLayer(g: Graph, shape: StepShape, weights: Named<DeviceTensor>, kind: AttentionKind, train: boolean): { x: Value; y: Value; pieces: Value[] } {
  const { layout, rows, dropout } = shape;
  const x = g.input('x', 'float32', hidden(shape));
  const flat = g.input('adapters', 'float32', [rows.adapters, layout.size]);
  const shared = sharedContext(g, shape.model.config, rows, [kind]);
  const keep = train && dropout > 0 ? keepMasks(rowKeys(g, rows), columnInputs(g), layout, dropout) : {};
  const { lora, pieces } = layout.terms(flat, keep);
  const y = decoderLayer(x, declareTrained(g, shape.model.device, weights, { whole: layout.config.use_dora }), { ...shared(kind), lora });
  return { x, y, pieces };
}

/**
 * Forward, loss and (for training) all LoRA gradients in one graph, every activation kept.
 * Inputs: ids, positions, segments; places, targets, weights, as many as `losses` says; sources; adapters [layers, K, size].
 * Outputs: loss, correct [n, 1]; gradients [layers, K, size].
 */
export function wholeGraph(shape: StepShape, train: boolean, losses: LossCount): Graph {
  const { model, layout, rows, dropout } = shape;
  const g = new Graph(train ? 'training step' : 'evaluation');
  const adapters = g.input('adapters', 'float32', [model.layers.length, rows.adapters, layout.size]);
  const flats = split(adapters, model.layers.map(() => 1), 0).map((layer) => reshape(layer, [rows.adapters, layout.size]));
  const shared = sharedContext(g, model.config, rows, kindsOf(model.config));
  const keys = train && dropout > 0 ? rowKeys(g, rows) : null;
  const outer = declareOuter(g, model.outer);

  let x = embeddings(g, outer, shape);
  const pieces = model.layers.map((weights, layer) => {
    const keep = keys ? keepMasks(keys, columnConstants(g, layer), layout, dropout) : {};
    const terms = layout.terms(flats[layer] as Value, keep);
    x = decoderLayer(x, declareTrained(g, model.device, weights, { prefix: `layer${layer}.`, whole: layout.config.use_dora }), { ...shared(kindOf(model.config, layer)), lora: terms.lora });
    return terms.pieces;
  });
  const gradient = headWithLoss(g, x, outer, shape, lossRows(g, losses));
  if (!train) return g;

  const found = gradients([x], [spread(gradient, g.input('sources', 'int32', [rowCount(rows)]))], pieces.flat());
  const joined = pieces.map((own) => reshape(layout.join(found.splice(0, own.length)), [1, rows.adapters, layout.size]));
  g.output('gradients', concat(joined, 0));
  return g;
}
