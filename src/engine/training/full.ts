/**
 * Full fine-tuning as what is trained: every weight of the base, of one composition at a time, since there is nothing frozen
 * that compositions could share. The step is one graph, with every activation kept: for small checkpoints.
 */
import { LabError } from '../../core/errors.ts';
import { Graph, type Value, add, concat, equal, gather, gatherElements, gemm, gradients, greaterOrEqual, log, mul, reduceMax, reshape, softmax, sub, where } from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import { FullLayout } from '../models/full.ts';
import { decoderLayer, kindOf, kindsOf } from '../models/decoder-layer.ts';
import { normalised, scaledRows } from '../models/outer.ts';
import { type Rows, rowCount } from '../models/rows.ts';
import { sharedContext } from './graphs.ts';
import { type LossCount, lossRows, spread } from './head.ts';
import { estimateFullMemory, mostMemory } from './memory.ts';
import { nextParts } from './splitting.ts';
import type { Trainables } from './trainables.ts';
import { WholeEngine } from './whole.ts';

/** The inputs and outputs are `wholeGraph`'s, with all weights, [1, 1, size], in place of the adapters. */
function fullGraph({ config, device }: BaseModel, layout: FullLayout, rows: Rows, train: boolean, losses: LossCount): Graph {
  const g = new Graph(train ? 'training step, all weights' : 'evaluation');
  const { outer, layers, pieces } = layout.weights(reshape(g.input('adapters', 'float32', [1, 1, layout.size]), [1, layout.size]));
  const { embedding, head: given, norm, norm_bias } = outer;
  const shared = sharedContext(g, config, rows, kindsOf(config));

  const ids = g.input('ids', 'int32', [rowCount(rows)]);
  const looked = gather(embedding.value, ids);
  let x = scaledRows(looked, config);
  layers.forEach((weights, layer) => {
    x = decoderLayer(x, weights, shared(kindOf(config, layer)));
  });

  const { places, targets, weights } = lossRows(g, losses);
  const chosen = gather(x, places);
  // Of a tied embedding a value of its own: what comes before the head does not depend on it.
  const head = reshape(reshape(given.value, [-1]), given.value.shape);
  const z = gemm(normalised(chosen, norm, norm_bias, config), head, { transB: true });
  const p = softmax(z);
  const top = reduceMax(z, [1], true);
  const own = gatherElements(z, reshape(targets, [-1, 1]), 1);
  g.output('loss', sub(sub(top, own), log(reduceMax(p, [1], true))));
  g.output('correct', where(greaterOrEqual(own, top), 1, 0));
  if (!train) return g;

  // d loss / d z = p - onehot(target), each row times its weight.
  const dz = mul(sub(p, oneHot(targets, config.vocab_size)), reshape(weights, [-1, 1]));
  const last = [head, norm.value, ...(norm_bias ? [norm_bias.value] : [])];
  const [dx, dHead, ...ofNorm] = gradients([z], [dz], [chosen, ...last]) as [Value, Value, ...Value[]];
  const below = pieces.filter((piece) => ![embedding.value, given.value, ...last].includes(piece));
  const [dLooked, ...ofBelow] = gradients([x], [spread(dx, g.input('sources', 'int32', [rowCount(rows)]))], [looked, ...below]) as [Value, ...Value[]];
  // ScatterElements begins with a copy, which a captured graph does not repeat; so on WebGPU rows are added up by a product.
  const ofTable = device.kind === 'webgpu' ? gemm(oneHot(ids, config.vocab_size), dLooked, { transA: true }) : (gradients([looked], [dLooked], [embedding.value])[0] as Value);
  const known = new Map<Value, Value>([...below.map((piece, i) => [piece, ofBelow[i] as Value] as const), ...last.slice(1).map((piece, i) => [piece, ofNorm[i] as Value] as const), [given.value, dHead]]);
  known.set(embedding.value, given.value === embedding.value ? add(ofTable, dHead) : ofTable);
  // The last op has to write the output: a reshape's copy is not repeated either.
  g.output('gradients', concat(pieces.map((piece) => reshape(known.get(piece) as Value, [1, 1, -1])), 2));
  return g;
}

/** int32 [n] to float32 [n, count]: 1 at each row's index. */
function oneHot(indices: Value, count: number): Value {
  const all = indices.graph.constant(Int32Array.from({ length: count }, (_, i) => i), 'int32', [1, count]);
  return where(equal(reshape(indices, [-1, 1]), all), 1, 0);
}

/**
 * @throws LabError `training.full-alone` for several compositions in one pass; `training.full-memory` for a checkpoint whose
 *   weights, gradients and optimiser state do not fit; `training.full-storage` for rounded weights
 */
export function fullTrainables(model: BaseModel, rows: Rows): Trainables {
  if (rows.adapters !== 1) throw new LabError('training.full-alone', `All weights were to be trained of ${rows.adapters} compositions in one pass.`, 'Full fine-tuning takes one composition at a time.');
  const { config, device } = model;
  const layout = new FullLayout(config);
  const most = mostMemory(device.kind);
  const needed = (parts: number): number => estimateFullMemory(config, { ...rows, batch: rows.batch / parts }).total;
  let parts = 1;
  while (needed(parts) > most) {
    const next = nextParts(rows.batch, parts);
    if (next === null) throw new LabError('training.full-memory', `Training all ${layout.size.toLocaleString('en')} weights takes about ${(needed(parts) / 2 ** 30).toFixed(1)} GB, and there are ${(most / 2 ** 30).toFixed(1)}.`, 'Tune LoRA adapters instead, shorten max_length, or choose a smaller checkpoint.', { needed: needed(parts), most });
    parts = next;
  }
  return {
    shape: { layers: 1, adapters: 1, size: layout.size, decayed: layout.decayed },
    lora: null,
    parts,
    engine: (own) => new WholeEngine(model, own, (train, losses) => fullGraph(model, layout, own, train, losses), {}),
    fresh: () => layout.pack(model),
    gradients: (own) => layout.unpack(own, 'gradients'),
    tuned: (own) => ({ full: true, tensors: layout.unpack(own) }),
  };
}
