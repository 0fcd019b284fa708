/**
 * A layer at a time, forward and then backward, where the backward pass runs its layer again from the saved input: gradient
 * checkpointing (Chen et al. 2016) by construction. Memory holds the layers' inputs and one layer's activations, and on WASM,
 * as far as there is room for them, the products that the last layers need not compute again (saved-activations.ts).
 */
import { kindOf, kindsOf } from '../models/decoder-layer.ts';
import type { Named } from '../models/stored.ts';
import type { Device, DeviceTensor, HostTensor } from '../runtime/index.ts';
import { BlockwiseHead } from './blockwise-head.ts';
import { columnFeeds } from './dropout.ts';
import type { GradientEngine, StepGradients, StepLosses } from './engine.ts';
import { blockBackward, blockForward, embedGraph, fedLayer, savedProducts } from './graphs.ts';
import type { StepInputs } from './inputs.ts';
import { type SavedProduct, savedBytes } from './saved-activations.ts';
import { Sessions } from './sessions.ts';
import type { StepShape } from './hidden.ts';

/** Bytes of products that are kept for the backward pass. On WebGPU none are: the graphs there are captured, and their buffers used again. */
export const SAVED_BYTES = { wasm: 2 ** 28, webgpu: 0 } as const;

export interface BlockwiseOptions {
  /** Loss rows, and numbers of the head, that are taken at once: see `BlockwiseHead`. */
  chunk?: number;
  piece?: number;
  /** Bytes of products kept for the backward pass at most. */
  kept?: number;
}

export class BlockwiseEngine implements GradientEngine {
  readonly kind = 'blockwise';
  private readonly sessions: Sessions;
  private readonly device: Device;
  private readonly columns: Record<string, HostTensor>[];
  private readonly layers: readonly Named<DeviceTensor>[];
  private readonly head: BlockwiseHead;
  /** What each layer keeps for its backward pass: the last ones something, the others nothing. */
  private readonly kept: readonly (readonly SavedProduct[])[];

  constructor(
    private readonly shape: StepShape,
    { chunk, piece, kept = SAVED_BYTES[shape.model.device.kind] }: BlockwiseOptions = {},
  ) {
    const { model, layout, dropout } = shape;
    this.device = model.device;
    this.sessions = new Sessions(this.device);
    this.head = new BlockwiseHead(shape, this.sessions, chunk, piece);
    this.layers = model.layers.map((weights) => fedLayer(shape, weights));
    this.columns = model.layers.map((_, layer) => (dropout > 0 ? columnFeeds(layout, layer) : {}));
    this.kept = this.keep(kept);
  }

  async gradients(adapters: DeviceTensor, inputs: StepInputs, weightOf: readonly number[], dropout: Readonly<Record<string, HostTensor>>): Promise<StepGradients> {
    const { model, layout, rows } = this.shape;
    // Freed in the end, also where memory did not suffice on the way: what then is tried instead needs it.
    const made: DeviceTensor[] = [];
    try {
      const shared = this.upload({ positions: inputs.positions, segments: inputs.segments, ...dropout }, made);
      const { states, parts, kept } = await this.forward(adapters, inputs, shared, true, made);
      const head = await this.head.run(states.pop() as DeviceTensor, inputs, weightOf, true, made);
      let dy = head.dx as DeviceTensor;
      const found: DeviceTensor[] = [];
      for (let layer = model.layers.length - 1; layer >= 0; layer--) {
        const kind = kindOf(model.config, layer);
        const keeps = this.keeps(layer);
        const session = await this.sessions.get(`${layer === 0 ? 'first backward' : 'backward'}${keeps ? ' of what was kept' : ''}, ${kind}`, () => blockBackward(this.shape, this.weights(layer), kind, layer > 0, keeps), this.weights(layer), { key: String(layer), capture: 'layers' });
        const x = states.pop() as DeviceTensor;
        const products = kept.pop() as Record<string, DeviceTensor>;
        const outputs = await session.run({ x, dy, adapters: parts[layer] as DeviceTensor, ...shared, ...this.columns[layer], ...products });
        for (const tensor of [x, dy, ...Object.values(products)]) tensor.dispose();
        if (layer > 0) dy = outputs.get('dx');
        found.unshift(outputs.get('gradients'));
        made.push(outputs.get('gradients'), ...(layer > 0 ? [dy] : []));
      }
      return { gradients: this.device.join(found, [model.layers.length, rows.adapters, layout.size]), losses: head.losses };
    } finally {
      for (const tensor of made) tensor.dispose();
    }
  }

  async losses(adapters: DeviceTensor, inputs: StepInputs): Promise<StepLosses> {
    const made: DeviceTensor[] = [];
    try {
      const shared = this.upload({ positions: inputs.positions, segments: inputs.segments }, made);
      const { states } = await this.forward(adapters, inputs, shared, false, made);
      return await (await this.head.run(states.pop() as DeviceTensor, inputs, Array.from({ length: this.shape.rows.adapters }, () => 0), false, made)).losses;
    } finally {
      for (const tensor of made) tensor.dispose();
    }
  }

  async dispose(): Promise<void> {
    await this.sessions.dispose();
  }

  private weights(layer: number): Named<DeviceTensor> {
    return this.layers[layer] as Named<DeviceTensor>;
  }

  private keeps(layer: number): boolean {
    return (this.kept[layer] as readonly SavedProduct[]).length > 0;
  }

  /** What the layers keep of so many bytes: all that the backward pass asks for, of as many of the last layers as there is room for. */
  private keep(bytes: number): BlockwiseEngine['kept'] {
    const { config } = this.shape.model;
    const products = new Map(kindsOf(config).map((kind) => [kind, savedProducts(this.shape, this.weights(0), kind)]));
    const kinds = config.layer_types;
    const room = (layer: number): boolean => kinds.slice(layer).reduce((sum, kind) => sum + savedBytes(products.get(kind) ?? []), 0) <= bytes;
    return kinds.map((kind, layer) => (room(layer) ? (products.get(kind) ?? []) : []));
  }

  private upload(tensors: Record<string, HostTensor>, made: DeviceTensor[]): Record<string, DeviceTensor> {
    const uploaded = Object.entries(tensors).map(([name, tensor]) => [name, this.device.upload(tensor)] as const);
    made.push(...uploaded.map(([, tensor]) => tensor));
    return Object.fromEntries(uploaded);
  }

  /** The inputs of every layer and, last, the final hidden states; without training only the last. @param made takes all of them */
  private async forward(adapters: DeviceTensor, inputs: StepInputs, shared: Record<string, DeviceTensor>, train: boolean, made: DeviceTensor[]): Promise<{ states: DeviceTensor[]; parts: DeviceTensor[]; kept: Record<string, DeviceTensor>[] }> {
    const { model, layout, rows, dropout } = this.shape;
    const kept: Record<string, DeviceTensor>[] = [];
    const parts = model.layers.map((_, layer) => this.device.part(adapters, layer * rows.adapters * layout.size, [rows.adapters, layout.size]));
    made.push(...parts);
    const embed = await this.sessions.get('embed', () => embedGraph(this.shape), model.outer, { capture: 'once' });
    const states = [(await embed.run({ ids: inputs.ids })).get('x')];
    made.push(...states);
    const masked = train && dropout > 0;
    for (const layer of model.layers.keys()) {
      const kind = kindOf(model.config, layer);
      const products = train ? (this.kept[layer] as readonly SavedProduct[]) : [];
      const name = `forward${masked ? ' with dropout' : ''}${products.length > 0 ? ', keeping products' : ''}, ${kind}`;
      const session = await this.sessions.get(name, () => blockForward(this.shape, this.weights(layer), kind, masked, products), this.weights(layer), { key: String(layer), capture: 'layers' });
      const x = states.at(-1) as DeviceTensor;
      const outputs = await session.run({ x, adapters: parts[layer] as DeviceTensor, ...shared, ...(masked ? this.columns[layer] : {}) });
      if (!train) states.pop()?.dispose();
      states.push(outputs.get('y'));
      kept.push(Object.fromEntries(products.map(({ name: product }) => [product, outputs.get(product)])));
      made.push(outputs.get('y'), ...Object.values(kept.at(-1) as Record<string, DeviceTensor>));
    }
    return { states, parts, kept };
  }
}
