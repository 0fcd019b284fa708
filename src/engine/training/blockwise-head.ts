/**
 * The head where a step goes layer by layer. It takes a chunk of the loss rows at a time, which bounds the memory of the logits.
 * On WASM, where the device decodes weights or multiplies quantised ones, it takes a large head's rows in chunks too.
 */
import type { ModelConfig } from '../models/model-config.ts';
import { rowCount } from '../models/rows.ts';
import { type Named, fedRows } from '../models/stored.ts';
import { type Device, type DeviceTensor, type HostTensor, type Outputs, host, readFloats } from '../runtime/index.ts';
import type { StepLosses } from './engine.ts';
import type { StepShape } from './hidden.ts';
import { HEAD_PIECE, type LossCount, NORM_NAMES, headEndGraph, headGraph, headStretchGraph, running } from './head.ts';
import { type HeadFeeds, type StepInputs, headFeeds } from './inputs.ts';
import type { Sessions } from './sessions.ts';

/** Logits of one chunk of the head take at most about this many numbers (64 MB). */
const CHUNK_NUMBERS = 2 ** 24;

/** Loss rows the head takes at once: a power of two, no more than there are rows. @param vocabulary or what of it is streamed at once */
export function headChunk({ vocab_size, hidden_size }: ModelConfig, rows: number, piece = HEAD_PIECE): number {
  const vocabulary = Math.min(vocab_size, Math.max(1, Math.floor(piece / hidden_size)));
  return Math.max(16, Math.min(2 ** Math.floor(Math.log2(CHUNK_NUMBERS / vocabulary)), 2 ** Math.ceil(Math.log2(rows)), 1024));
}

/** A stretch of the head has a multiple of so many rows. */
const STRETCH_ROWS = 32;

export class BlockwiseHead {
  private readonly device: Device;
  /** A chunk's rows: on WebGPU, where graphs are captured, always as many, filled up; on WASM as many as are left. */
  private readonly rows: LossCount;
  /** The head in stretches of so many rows, where it is streamed by runs. */
  private readonly stretches: readonly { from: number; rows: number; weights: Named<DeviceTensor> }[];

  /**
   * @param chunk loss rows at once
   * @param piece numbers of the head at once, see `headGraph`
   */
  constructor(
    private readonly shape: StepShape,
    private readonly sessions: Sessions,
    chunk = headChunk(shape.model.config, rowCount(shape.rows)),
    private readonly piece = HEAD_PIECE,
  ) {
    const { device, config } = shape.model;
    this.device = device;
    this.rows = { count: chunk, open: device.kind === 'wasm' };
    this.stretches = device.decodesWeights && config.vocab_size * config.hidden_size > piece ? this.cut() : [];
  }

  /** The head over all loss rows. Frees `x`. @param made takes what has to be freed later */
  async run(x: DeviceTensor, inputs: StepInputs, weightOf: readonly number[], train: boolean, made: DeviceTensor[]): Promise<{ losses: Promise<StepLosses>; dx: DeviceTensor | null }> {
    const total = rowCount(this.shape.rows);
    const { count: most, open } = this.rows;
    const count = inputs.places.length;
    let dx = train ? this.device.upload(host('float32', x.shape, new Float32Array(total * this.shape.model.config.hidden_size))) : null;
    if (dx) made.push(dx);
    const chunks: Outputs[] = [];
    for (let from = 0; from < count; from += most) {
      const to = Math.min(count, from + most);
      const rows = open ? to - from : most;
      const outputs = await this.chunk({ x, ...headFeeds(inputs, from, to, rows, total, weightOf), ...(dx ? { dx_before: dx } : {}) }, rows, train);
      dx?.dispose();
      if (dx) made.push((dx = outputs.get('dx')));
      chunks.push(outputs);
    }
    x.dispose();
    return { losses: this.joined(chunks, count), dx };
  }

  /** One chunk of loss rows. */
  private async chunk(feeds: HeadFeeds & { x: DeviceTensor; dx_before?: DeviceTensor }, count: number, train: boolean): Promise<Outputs> {
    const { outer, config } = this.shape.model;
    const name = train ? 'head' : 'head without gradient';
    if (this.stretches.length === 0) return (await this.sessions.get(name, () => headGraph(this.shape, this.rows, train, this.piece), outer, { capture: 'once' })).run(feeds);
    const norm = Object.fromEntries(NORM_NAMES.flatMap((key) => (outer[key] ? [[key, outer[key]]] : [])));
    let state: Record<string, HostTensor | DeviceTensor> = Object.fromEntries(Object.entries(running(count, config.hidden_size, train)).map(([key, { shape, start }]) => [key, host('float32', shape, new Float32Array(shape[0] * shape[1]).fill(start))]));
    for (const { from, rows, weights } of this.stretches) {
      const session = await this.sessions.get(`${name}, stretch of ${rows}`, () => headStretchGraph(this.shape, this.rows, weights, train), { ...norm, ...weights }, { key: String(from) });
      const outputs = await session.run({ ...feeds, ...state, from: host('int32', [], Int32Array.of(from)) });
      state = Object.fromEntries(Object.keys(state).map((key) => [key, outputs.get(`${key}_after`)]));
    }
    return (await this.sessions.get(`${name}, end`, () => headEndGraph(this.shape, this.rows, train), train ? norm : {})).run({ ...feeds, ...state });
  }

  private cut(): BlockwiseHead['stretches'] {
    const { outer, config: { vocab_size: vocabulary, hidden_size: width } } = this.shape.model;
    const even = Math.ceil(vocabulary / Math.ceil(vocabulary / Math.floor(this.piece / width)));
    // Quantised weights need whole blocks along the columns too.
    const rows = Math.min(vocabulary, Math.ceil(even / STRETCH_ROWS) * STRETCH_ROWS);
    return Array.from({ length: Math.ceil(vocabulary / rows) }, (_, i) => {
      const [from, to] = [i * rows, Math.min(vocabulary, (i + 1) * rows)];
      return { from, rows: to - from, weights: fedRows(this.device, outer, outer['head'] ? 'head' : 'embedding', from, to) };
    });
  }

  private async joined(chunks: readonly Outputs[], count: number): Promise<StepLosses> {
    const { count: most } = this.rows;
    const all = async (name: string): Promise<Float32Array> => {
      const out = new Float32Array(chunks.length * most);
      (await Promise.all(chunks.map((outputs) => readFloats(outputs.get(name))))).forEach((part, i) => out.set(part, i * most));
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
