/** WASM: tensors live in JavaScript memory and every run copies them in and out, so parameters are initialisers unless they are shared. */
import { LabError } from '../../core/errors.ts';
import type { DeviceReport } from '../../records/device.ts';
import type { Graph } from '../onnx/graph.ts';
import { hasTransposedNBits } from '../onnx/ops/quantized.ts';
import { type ModelBytes, writeModel } from '../onnx/model.ts';
import type { DType, Shape } from '../onnx/value.ts';
import { elements } from '../onnx/value.ts';
import type { Device, StoredTensors } from './device.ts';
import type { Ort, OrtSession, OrtTensor } from './ort.ts';
import { Outputs, type Feeds, type Program, type ProgramOptions, type Session, Mutex, missingFeed, parameterOf, sessionError, transposedRefused } from './session.ts';
import { type DeviceTensor, type HostArray, type HostTensor, bytesOf } from './tensor.ts';
import { type StoredNumbers, WeightDecoder } from '../kernels/weight-decoder.ts';
import type { Value } from '../onnx/graph.ts';

class MemoryTensor implements DeviceTensor {
  readonly bytes: number;
  private disposed = false;

  constructor(
    readonly dtype: DType,
    readonly shape: Shape,
    readonly data: HostArray,
    private readonly onDispose: (bytes: number) => void = () => {},
  ) {
    this.bytes = data.byteLength;
  }

  read(): Promise<HostArray> {
    return Promise.resolve(this.data);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.onDispose(this.bytes);
  }
}

/** Decoded when its data is read, into a buffer that other tensors share: see `Device.decodedWeight`. */
class DecodedTensor implements DeviceTensor {
  readonly dtype = 'float32';
  readonly bytes: number;

  constructor(
    readonly shape: Shape,
    private readonly decoder: WeightDecoder,
    private readonly stored: StoredNumbers,
    private readonly place: string,
  ) {
    this.bytes = 4 * elements(shape);
    decoder.prepare(place, stored);
  }

  get data(): Float32Array {
    return this.decoder.decode(this.place, this.stored);
  }

  read(): Promise<HostArray> {
    return Promise.resolve(this.data.slice());
  }

  dispose(): void {
    // What it was made of belongs to others.
  }
}

/** Without this, ONNX Runtime folds the reshape of a quantised weight into a second copy of it. */
const UNFOLDED = { extra: { optimization: { disable_specified_optimizers: 'ConstantFolding' } } };

export class WasmDevice implements Device {
  readonly kind = 'wasm';
  readonly halves = true;
  readonly decodesWeights = true;
  readonly lost = new Promise<LabError>(() => {});
  private readonly mutex = new Mutex();
  private held = 0;
  private decoder: WeightDecoder | null = null;

  constructor(
    private readonly ort: Ort,
    readonly report: DeviceReport,
    readonly multipliesQuantized: boolean,
  ) {}

  get bytesHeld(): number {
    return this.held + (this.decoder?.bytes ?? 0);
  }

  upload({ dtype, shape, data }: HostTensor): DeviceTensor {
    this.held += data.byteLength;
    return new MemoryTensor(dtype, shape, data, (bytes) => {
      this.held -= bytes;
    });
  }

  part(tensor: DeviceTensor, from: number, shape: Shape): DeviceTensor {
    const { data } = tensor as MemoryTensor;
    return new MemoryTensor(tensor.dtype, shape, (data as Float32Array).subarray(from, from + elements(shape)));
  }

  join(tensors: readonly DeviceTensor[], shape: Shape): DeviceTensor {
    const out = new Float32Array(elements(shape));
    let at = 0;
    for (const tensor of tensors) {
      out.set((tensor as MemoryTensor).data as Float32Array, at);
      at += tensor.bytes / 4;
    }
    return this.upload({ dtype: 'float32', shape, data: out });
  }

  zeros(dtype: 'float32' | 'int32', shape: Shape): DeviceTensor {
    return this.upload({ dtype, shape, data: new (dtype === 'float32' ? Float32Array : Int32Array)(elements(shape)) });
  }

  insert(): never {
    throw new LabError('runtime.insert', 'On WASM tensors are not changed in place.', 'This is a fault in the engine; please report it.');
  }

  decodedWeight({ values, scale, zero }: StoredTensors, place: string, [from, to]: readonly [number, number] = [0, values.shape[0] as number]): DeviceTensor {
    const shape = [to - from, ...values.shape.slice(1)];
    /** The same rows of each of the tensors. */
    const cut = <T extends HostArray>(tensor: DeviceTensor): T => {
      const { data } = tensor as MemoryTensor;
      if (from === 0 && to === tensor.shape[0]) return data as T;
      const row = data.length / (tensor.shape[0] as number);
      return data.subarray(from * row, to * row) as T;
    };
    if (values.dtype === 'float32') return new MemoryTensor('float32', shape, cut(values));
    this.decoder ??= new WeightDecoder();
    const stored: StoredNumbers = scale && zero
      ? { kind: values.dtype as 'uint4' | 'uint8', values: cut<Uint8Array>(values), scales: cut(scale), zeros: cut(zero), count: elements(shape) }
      : { kind: 'float16', values: cut<Uint16Array>(values) };
    return new DecodedTensor(shape, this.decoder, stored, place);
  }

  settled(): Promise<null> {
    return Promise.resolve(null);
  }

  program(graph: Graph, { shared = false }: ProgramOptions = {}): Program {
    if (!this.multipliesQuantized && hasTransposedNBits(graph)) throw transposedRefused(graph.name);
    const model = writeModel(graph, shared ? 'inputs' : 'external');
    const sessions = new Set<Session>();
    let common: Promise<OrtSession> | null = null;
    return {
      bind: async (parameters) => {
        if (!shared) {
          const session = await this.bound(graph, model, parameters, (own) => sessions.delete(own));
          sessions.add(session);
          return session;
        }
        const own = new Set(graph.parameters);
        const fixed = Object.fromEntries(model.inputs.filter((value) => own.has(value)).map((value) => [value.name, parameterOf<MemoryTensor>(graph, parameters, value)]));
        // Without an arena of its own a session gives memory back after each run, for the next session to take.
        common ??= this.mutex.runExclusive(() => this.compile(graph.name, model, [], { enableCpuMemArena: false, enableMemPattern: false }));
        const session = await common;
        return { run: (feeds) => this.mutex.runExclusive(() => this.run(graph.name, session, model.inputs, feeds, fixed)), dispose: async () => {} };
      },
      dispose: async () => {
        for (const session of sessions) await session.dispose();
        const session = await common;
        if (session) await this.mutex.runExclusive(() => session.release());
      },
    };
  }

  dispose(): void {
    // ONNX Runtime never gives wasm memory back; leaving the page does.
  }

  /** A session that holds a copy of its parameters. */
  private bound(graph: Graph, model: ModelBytes, parameters: Readonly<Record<string, DeviceTensor>>, onDispose: (session: Session) => boolean): Promise<Session> {
    return this.mutex.runExclusive(async () => {
      const externalData = model.external.map((value) => ({ path: value.name, data: bytesOf(parameterOf<MemoryTensor>(graph, parameters, value).data) }));
      const bytes = externalData.reduce((sum, { data }) => sum + data.byteLength, 0);
      const session = await this.compile(graph.name, model, externalData, hasTransposedNBits(graph) ? UNFOLDED : {});
      this.held += bytes;
      const bound: Session = {
        run: (feeds) => this.mutex.runExclusive(() => this.run(graph.name, session, model.inputs, feeds)),
        dispose: async () => {
          if (!onDispose(bound)) return;
          this.held -= bytes;
          await this.mutex.runExclusive(() => session.release());
        },
      };
      return bound;
    });
  }

  private async compile(name: string, model: ModelBytes, externalData: { path: string; data: Uint8Array }[], more: object = {}): Promise<OrtSession> {
    try {
      return await this.ort.InferenceSession.create(model.bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all', logSeverityLevel: 3, externalData, ...more });
    } catch (error) {
      throw sessionError(name, 'compile', error);
    }
  }

  private async run(name: string, session: OrtSession, inputs: readonly Value[], feeds: Feeds, parameters: Readonly<Record<string, MemoryTensor>> = {}): Promise<Outputs> {
    const tensors: Record<string, OrtTensor> = {};
    for (const input of inputs) {
      const own = parameters[input.name];
      const feed = own ?? feeds[input.name];
      if (!feed) throw missingFeed(name, input);
      const { data } = feed as MemoryTensor | DecodedTensor | HostTensor;
      // A weight's bytes may be read as another shape than it was stored with; a feed may be shorter than the graph says.
      const { dtype, shape } = own ? input : feed;
      tensors[input.name] = new this.ort.Tensor(dtype as 'float32', data as Float32Array, shape as number[]) as OrtTensor;
    }
    let results: Awaited<ReturnType<OrtSession['run']>>;
    try {
      results = await session.run(tensors);
    } catch (error) {
      throw sessionError(name, 'run', error);
    }
    return new Outputs(new Map(Object.entries(results).map(([key, tensor]) => [key, new MemoryTensor(tensor.type as DType, tensor.dims, tensor.data as HostArray)])));
  }
}
