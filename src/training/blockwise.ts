/**
 * A layer at a time, forward and then backward, where the backward pass runs its layer again from the saved input: gradient
 * checkpointing (Chen et al. 2016) by construction. Memory holds the layers' inputs and one layer's activations.
 */
import type { ModelConfig } from '../models/config.ts';
import { kindOf } from '../models/layer.ts';
import { rowCount } from '../models/rows.ts';
import { type Named, widened, widenedRows } from '../models/stored.ts';
import { type Device, type DeviceTensor, type HostTensor, type Outputs, type Program, type Session, host, readFloats } from '../runtime/index.ts';
import { columnFeeds } from './dropout.ts';
import type { GradientEngine, StepGradients, StepLosses } from './engine.ts';
import { type StepShape, blockBackward, blockForward, embedGraph } from './graphs.ts';
import { HEAD_PIECE, NORM_NAMES, headEndGraph, headGraph, headStretchGraph, running } from './head.ts';
import { type HeadFeeds, type StepInputs, headFeeds } from './inputs.ts';

/** Logits of one chunk of the head take at most about this many numbers (64 MB). */
const CHUNK_NUMBERS = 2 ** 24;

/** Loss rows the head takes at once: a power of two, no more than there are rows. @param vocabulary or what of it is streamed at once */
export function headChunk({ vocab_size, hidden_size }: ModelConfig, rows: number, piece = HEAD_PIECE): number {
  const vocabulary = Math.min(vocab_size, Math.max(1, Math.floor(piece / hidden_size)));
  return Math.max(16, Math.min(2 ** Math.floor(Math.log2(CHUNK_NUMBERS / vocabulary)), 2 ** Math.ceil(Math.log2(rows)), 1024));
}

/** A program's sessions, made when first used. `key` tells bindings apart. */
class Sessions {
  private readonly programs = new Map<string, Program>();
  private readonly sessions = new Map<string, Promise<Session>>();

  constructor(private readonly device: Device) {}

  /**
   * @param capture for graphs without copies between buffers, see `ProgramOptions`; of several bindings on WebGPU `layers` copies
   * the weights in, of only one `once` has them where they are
   */
  get(name: string, graph: () => Parameters<Device['program']>[0], bindings: Named<DeviceTensor>, { key = '', capture }: { key?: string; capture?: 'layers' | 'once' } = {}): Promise<Session> {
    const known = this.sessions.get(`${name}/${key}`);
    if (known) return known;
    let program = this.programs.get(name);
    if (!program) {
      program = this.device.program(graph(), { shared: this.device.kind === 'wasm' || capture === 'layers', capture: capture !== undefined });
      this.programs.set(name, program);
    }
    const session = program.bind(bindings);
    this.sessions.set(`${name}/${key}`, session);
    return session;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await program.dispose();
  }
}

export class BlockwiseEngine implements GradientEngine {
  readonly kind = 'blockwise';
  private readonly sessions: Sessions;
  private readonly device: Device;
  private readonly columns: Record<string, HostTensor>[];
  private readonly layers: readonly Named<DeviceTensor>[];
  /** The head in stretches of so many rows, where it is streamed by runs. */
  private readonly stretches: readonly { from: number; rows: number; table: DeviceTensor }[];

  constructor(
    private readonly shape: StepShape,
    private readonly chunk = headChunk(shape.model.config, rowCount(shape.rows)),
    /** Numbers of the head at once, see `headGraph`. */
    private readonly piece = HEAD_PIECE,
  ) {
    const { model, layout, dropout } = shape;
    this.device = model.device;
    this.sessions = new Sessions(this.device);
    this.layers = model.layers.map((weights) => widened(this.device, weights));
    this.stretches = this.device.widens && model.config.vocab_size * model.config.hidden_size > piece ? this.cut(piece) : [];
    this.columns = model.layers.map((_, layer) => (dropout > 0 ? columnFeeds(layout, layer) : {}));
  }

  async gradients(adapters: DeviceTensor, inputs: StepInputs, weightOf: readonly number[], dropout: Readonly<Record<string, HostTensor>>): Promise<StepGradients> {
    const { model, layout, rows } = this.shape;
    // Freed in the end, also where memory did not suffice on the way: what then is tried instead needs it.
    const made: DeviceTensor[] = [];
    try {
      const shared = this.upload({ positions: inputs.positions, segments: inputs.segments, ...dropout }, made);
      const { states, parts } = await this.forward(adapters, inputs, shared, true, made);
      const head = await this.head(states.pop() as DeviceTensor, inputs, weightOf, true, made);
      let dy = head.dx as DeviceTensor;
      const found: DeviceTensor[] = [];
      for (let layer = model.layers.length - 1; layer >= 0; layer--) {
        const kind = kindOf(model.config, layer);
        const session = await this.sessions.get(`${layer === 0 ? 'first backward' : 'backward'}, ${kind}`, () => blockBackward(this.shape, this.weights(layer), kind, layer > 0), this.weights(layer), { key: String(layer), capture: 'layers' });
        const x = states.pop() as DeviceTensor;
        const outputs = await session.run({ x, dy, adapters: parts[layer] as DeviceTensor, ...shared, ...this.columns[layer] });
        x.dispose();
        dy.dispose();
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
      return await (await this.head(states.pop() as DeviceTensor, inputs, Array.from({ length: this.shape.rows.adapters }, () => 0), false, made)).losses;
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

  private upload(tensors: Record<string, HostTensor>, made: DeviceTensor[]): Record<string, DeviceTensor> {
    const uploaded = Object.entries(tensors).map(([name, tensor]) => [name, this.device.upload(tensor)] as const);
    made.push(...uploaded.map(([, tensor]) => tensor));
    return Object.fromEntries(uploaded);
  }

  /** The inputs of every layer and, last, the final hidden states; without training only the last. @param made takes all of them */
  private async forward(adapters: DeviceTensor, inputs: StepInputs, shared: Record<string, DeviceTensor>, train: boolean, made: DeviceTensor[]): Promise<{ states: DeviceTensor[]; parts: DeviceTensor[] }> {
    const { model, layout, rows, dropout } = this.shape;
    const parts = model.layers.map((_, layer) => this.device.part(adapters, layer * rows.adapters * layout.size, [rows.adapters, layout.size]));
    made.push(...parts);
    const embed = await this.sessions.get('embed', () => embedGraph(this.shape), model.outer, { capture: 'once' });
    const states = [(await embed.run({ ids: inputs.ids })).get('x')];
    made.push(...states);
    const masked = train && dropout > 0;
    for (const layer of model.layers.keys()) {
      const kind = kindOf(model.config, layer);
      const session = await this.sessions.get(`${masked ? 'forward with dropout' : 'forward'}, ${kind}`, () => blockForward(this.shape, this.weights(layer), kind, masked), this.weights(layer), { key: String(layer), capture: 'layers' });
      const x = states.at(-1) as DeviceTensor;
      const outputs = await session.run({ x, adapters: parts[layer] as DeviceTensor, ...shared, ...(masked ? this.columns[layer] : {}) });
      if (!train) states.pop()?.dispose();
      states.push(outputs.get('y'));
      made.push(outputs.get('y'));
    }
    return { states, parts };
  }

  /** The head over all loss rows, chunk by chunk. Frees `x`. @param made takes what has to be freed later */
  private async head(x: DeviceTensor, inputs: StepInputs, weightOf: readonly number[], train: boolean, made: DeviceTensor[]): Promise<{ losses: Promise<StepLosses>; dx: DeviceTensor | null }> {
    const total = rowCount(this.shape.rows);
    const count = inputs.places.length;
    let dx = train ? this.device.upload(host('float32', x.shape, new Float32Array(total * this.shape.model.config.hidden_size))) : null;
    if (dx) made.push(dx);
    const chunks: Outputs[] = [];
    for (let from = 0; from < count; from += this.chunk) {
      const feeds = headFeeds(inputs, from, Math.min(count, from + this.chunk), this.chunk, total, weightOf);
      const outputs = await this.headChunk({ x, ...feeds, ...(dx ? { dx_before: dx } : {}) }, train);
      dx?.dispose();
      if (dx) made.push((dx = outputs.get('dx')));
      chunks.push(outputs);
    }
    x.dispose();
    return { losses: this.joined(chunks, count), dx };
  }

  /** One chunk of loss rows through the head. */
  private async headChunk(feeds: HeadFeeds & { x: DeviceTensor; dx_before?: DeviceTensor }, train: boolean): Promise<Outputs> {
    const { outer, config } = this.shape.model;
    const name = train ? 'head' : 'head without gradient';
    if (this.stretches.length === 0) return (await this.sessions.get(name, () => headGraph(this.shape, this.chunk, train, this.piece), outer, { capture: 'once' })).run(feeds);
    const norm = Object.fromEntries(NORM_NAMES.flatMap((key) => (outer[key] ? [[key, outer[key]]] : [])));
    let state: Record<string, HostTensor | DeviceTensor> = Object.fromEntries(Object.entries(running(this.chunk, config.hidden_size, train)).map(([key, { shape, start }]) => [key, host('float32', shape, new Float32Array(shape[0] * shape[1]).fill(start))]));
    for (const { from, rows, table } of this.stretches) {
      const session = await this.sessions.get(`${name}, stretch of ${rows}`, () => headStretchGraph(this.shape, this.chunk, rows, train), { ...norm, table }, { key: String(from) });
      const outputs = await session.run({ ...feeds, ...state, from: host('int32', [], Int32Array.of(from)) });
      state = Object.fromEntries(Object.keys(state).map((key) => [key, outputs.get(`${key}_after`)]));
    }
    return (await this.sessions.get(`${name}, end`, () => headEndGraph(this.shape, this.chunk, train), train ? norm : {})).run({ ...feeds, ...state });
  }

  private cut(piece: number): BlockwiseEngine['stretches'] {
    const { outer, config: { vocab_size: vocabulary, hidden_size: width } } = this.shape.model;
    const rows = Math.ceil(vocabulary / Math.ceil(vocabulary / Math.floor(piece / width)));
    return Array.from({ length: Math.ceil(vocabulary / rows) }, (_, i) => {
      const [from, to] = [i * rows, Math.min(vocabulary, (i + 1) * rows)];
      return { from, rows: to - from, table: widenedRows(this.device, outer, outer['head'] ? 'head' : 'embedding', from, to) };
    });
  }

  private async joined(chunks: readonly Outputs[], count: number): Promise<StepLosses> {
    const all = async (name: string): Promise<Float32Array> => {
      const out = new Float32Array(chunks.length * this.chunk);
      (await Promise.all(chunks.map((outputs) => readFloats(outputs.get(name))))).forEach((part, i) => out.set(part, i * this.chunk));
      return out.subarray(0, count);
    };
    try {
      const [loss, correct] = await Promise.all([all('loss'), all('correct')]);
      return { loss, correct };
    } finally {
      for (const outputs of chunks) outputs.dispose(['dx']);
    }
  }
}
