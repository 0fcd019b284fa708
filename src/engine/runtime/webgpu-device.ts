/** WebGPU: weights and state stay in GPU buffers that every session shares; only what is read leaves the GPU. */
import { LabError } from '../../core/errors.ts';
import type { DeviceReport } from '../../records/device.ts';
import type { Graph } from '../onnx/graph.ts';
import { hasTransposedNBits } from '../onnx/ops/quantized.ts';
import { type ModelBytes, writeModel } from '../onnx/model.ts';
import type { Shape } from '../onnx/value.ts';
import { ColumnWriter, type Columns } from './columns.ts';
import type { Device } from './device.ts';
import { GpuMemory, GpuTensor, type Piece } from './gpu-memory.ts';
import type { Ort, OrtSession, OrtTensor } from './ort.ts';
import { type Recording, alike, playBack, recorded } from './replay.ts';
import { type Feeds, Outputs, type Program, type ProgramOptions, type Session, Mutex, missingFeed, parameterOf, sessionError, transposedRefused } from './session.ts';
import type { DeviceTensor, HostTensor } from './tensor.ts';
import type { Value } from '../onnx/graph.ts';

/** What a run gave, in the buffers it always gives it in. */
type Results = (readonly [name: string, tensor: GpuTensor])[];

/** Runs of a captured session before the lab records replays. ONNX Runtime captures during the first. */
const UNHEARD = 1;

export class WebGpuDevice implements Device {
  readonly kind = 'webgpu';
  readonly decodesWeights = false;
  readonly multipliesQuantized = false;
  readonly halves: boolean;
  readonly lost: Promise<LabError>;
  private readonly mutex = new Mutex();
  private readonly memory: GpuMemory;
  private readonly columns: ColumnWriter;
  /** How often tensors were changed in place. */
  private insertions = 0;

  constructor(
    private readonly ort: Ort,
    private readonly gpu: GPUDevice,
    readonly report: DeviceReport,
  ) {
    this.memory = new GpuMemory(ort, gpu);
    this.columns = new ColumnWriter(gpu);
    // Errors of the lab's own submissions would be lost otherwise. The next read reports them.
    gpu.addEventListener?.('uncapturederror', ({ error }) => this.memory.fail(error));
    this.halves = gpu.features.has('shader-f16');
    this.lost = gpu.lost.then(
      ({ reason, message }) =>
        new LabError('runtime.device-lost', `The graphics device was lost${message ? `: ${message}` : ''}.`, 'What was stored is safe. Try again: the lab opens the device anew; with ?device=wasm it runs without the GPU.', { reason }),
    );
  }

  get bytesHeld(): number {
    return this.memory.bytesHeld;
  }

  upload(tensor: HostTensor): DeviceTensor {
    return this.memory.upload(tensor);
  }

  part(tensor: DeviceTensor, from: number, shape: Shape): DeviceTensor {
    const target = this.memory.allocate('float32', shape);
    this.memory.copy([{ source: tensor as GpuTensor, from: 4 * from, target, to: 0, bytes: target.bytes }]);
    return target;
  }

  join(tensors: readonly DeviceTensor[], shape: Shape): DeviceTensor {
    const target = this.memory.allocate('float32', shape);
    let to = 0;
    this.memory.copy(
      (tensors as readonly GpuTensor[]).map((source) => {
        const piece = { source, from: 0, target, to, bytes: source.bytes };
        to += source.bytes;
        return piece;
      }),
    );
    return target;
  }

  zeros(dtype: 'float32' | 'int32', shape: Shape): DeviceTensor {
    return this.memory.allocate(dtype, shape);
  }

  insert(writes: readonly Columns<DeviceTensor>[]): void {
    this.insertions++;
    this.memory.submit((encoder) => this.columns.encode(encoder, writes as readonly Columns[]));
  }

  decodedWeight(): never {
    throw new LabError('runtime.widen', 'On WebGPU graphs decode stored weights themselves.', 'This is a fault in the engine; please report it.');
  }

  program(graph: Graph, { capture = false, shared = false }: ProgramOptions = {}): Program {
    if (capture) refuseCopies(graph);
    if (hasTransposedNBits(graph)) throw transposedRefused(graph.name);
    const model = writeModel(graph, 'inputs');
    const own = new Set(graph.parameters);
    const sessions = new Set<Session>();
    const record = async (fixed: Readonly<Record<string, GpuTensor>>): Promise<Session> => {
      const compiledOne = await this.mutex.runExclusive(() => this.create(graph.name, model, true));
      try {
        const session = this.captured(graph.name, compiledOne, model, fixed);
        sessions.add(session);
        return session;
      } catch (error) {
        await this.mutex.runExclusive(() => compiledOne.release());
        throw error;
      }
    };
    let compiled: OrtSession | null = null;
    let compiling: Promise<void> | null = null;
    let common: Promise<Session> | null = null;
    return {
      bind: async (parameters) => {
        const given = model.inputs.filter((value) => own.has(value) || (capture && value.name in parameters));
        const fixed = Object.fromEntries(given.map((value) => [value.name, this.as(parameterOf<GpuTensor>(graph, parameters, value), value)]));
        if (capture && !shared) return record(fixed);
        if (capture) {
          common ??= record({});
          const session = await common;
          return { run: (feeds) => session.run({ ...feeds, ...fixed }), dispose: async () => {} };
        }
        compiling ??= this.mutex.runExclusive(async () => void (compiled ??= await this.create(graph.name, model, false)));
        await compiling;
        return {
          run: (feeds) => this.mutex.runExclusive(async () => {
            const session = (compiled ??= await this.create(graph.name, model, false));
            try {
              return await this.run(graph.name, session, model.inputs, { ...feeds, ...fixed });
            } catch (error) {
              // A session whose run failed crashes the runtime at its next run, so that run gets a new session.
              compiled = null;
              await session.release().catch(() => {});
              throw error;
            }
          }),
          dispose: async () => {},
        };
      },
      dispose: async () => {
        for (const session of sessions) await session.dispose();
        await compiling;
        await this.mutex.runExclusive(async () => compiled?.release());
      },
    };
  }

  settled(): Promise<LabError | null> {
    return this.memory.settled();
  }

  dispose(): void {
    this.gpu.destroy();
  }

  /** A parameter as the graph declares it. */
  private as(tensor: GpuTensor, { dtype, shape }: Value): GpuTensor {
    return tensor.dtype === dtype && String(tensor.shape) === String(shape) ? tensor : this.memory.alias(tensor, dtype, shape);
  }

  private async create(name: string, model: ModelBytes, capture: boolean): Promise<OrtSession> {
    try {
      return await this.ort.InferenceSession.create(model.bytes, {
        executionProviders: [{ name: 'webgpu', device: this.gpu }],
        preferredOutputLocation: 'gpu-buffer',
        graphOptimizationLevel: 'all',
        enableGraphCapture: capture,
        // Refuses nodes that would silently run on the CPU, between two copies.
        extra: { session: { disable_cpu_ep_fallback: '1' } },
      });
    } catch (error) {
      throw this.failure(name, 'compile', error);
    }
  }

  private async run(name: string, session: OrtSession, inputs: readonly Value[], feeds: Feeds): Promise<Outputs> {
    const tensors: Record<string, OrtTensor> = {};
    for (const input of inputs) {
      const feed = feeds[input.name];
      if (!feed) throw missingFeed(name, input);
      tensors[input.name] = feed instanceof GpuTensor ? feed.tensor : (new this.ort.Tensor(feed.dtype as 'float32', (feed as HostTensor).data as Float32Array, feed.shape as number[]) as OrtTensor);
    }
    try {
      const results = await session.run(tensors);
      return new Outputs(new Map(Object.entries(results).map(([key, tensor]) => [key, this.memory.adopt(tensor as OrtTensor)])));
    } catch (error) {
      throw this.failure(name, 'run', error);
    }
  }

  /** What the runtime found invalid is so because the GPU had no memory for it, where the GPU has said so. */
  private failure(name: string, action: 'compile' | 'run', error: unknown): LabError {
    const told = this.memory.told();
    return sessionError(name, action, told?.code === 'runtime.memory' ? told : error);
  }

  /**
   * A session whose GPU commands are recorded at its first run and replayed after: what the graph costs the processor
   * shrinks to almost nothing. Replaying needs the very same buffers every time, so feeds are copied into buffers of the
   * session's own and results out of them. The runtime's own replay is recorded once and played back from then on.
   * Longer than 60 lines: recording and replaying share this state, which belongs to one session and to nothing else.
   */
  private captured(name: string, session: OrtSession, model: ModelBytes, fixed: Readonly<Record<string, GpuTensor>>): Session {
    const inputs = model.inputs.filter((value) => !(value.name in fixed));
    const own = new Map(inputs.map((value) => [value.name, this.memory.allocate(value.dtype, value.shape)]));
    const feeds = Object.fromEntries([...Object.entries(fixed), ...own].map(([key, { tensor }]) => [key, tensor]));
    let broken: LabError | null = null;
    const ask = async (): Promise<Results> => {
      // A captured session owns its buffers, so it cannot be replaced after a failure.
      if (broken) throw broken;
      try {
        return Object.entries(await session.run(feeds)).map(([key, tensor]) => [key, this.memory.adopt(tensor as OrtTensor)] as const);
      } catch (error) {
        throw (broken = this.failure(name, 'run', error));
      }
    };
    let runs = 0;
    let heard: Recording | null = null;
    let replay: { recording: Recording; results: Results } | null = null;
    /** Has the runtime replay, and records it until two recordings are the same. */
    const askListening = async (): Promise<Results> => {
      const before = this.insertions;
      const { result, recording } = await recorded(this.gpu, ask);
      // What someone else put into tensors meanwhile is not the graph's.
      const own = this.insertions === before ? recording : null;
      if (own && heard && alike(own, heard)) replay = { recording: own, results: result };
      heard = own;
      return result;
    };

    const run = async (given: Feeds): Promise<Outputs> => {
      const moves: Piece[] = [];
      for (const input of inputs) {
        const feed = given[input.name];
        if (!feed) throw missingFeed(name, input);
        const target = own.get(input.name) as GpuTensor;
        if (feed instanceof GpuTensor) moves.push({ source: feed, from: 0, target, to: 0, bytes: wholeWords(target.bytes) });
        else this.memory.write(target, (feed as HostTensor).data);
      }
      const copied = (results: Results): { outputs: Outputs; pieces: Piece[] } => {
        const copies = results.map(([key, { dtype, shape }]) => [key, this.memory.allocate(dtype, shape)] as const);
        return { outputs: new Outputs(new Map(copies)), pieces: results.map(([, source], i) => ({ source, from: 0, target: (copies[i] as (typeof copies)[number])[1], to: 0, bytes: wholeWords(source.bytes) })) };
      };
      if (replay) {
        const { outputs, pieces } = copied(replay.results);
        const { recording } = replay;
        this.memory.submit((encoder) => {
          this.memory.encode(encoder, moves);
          playBack(encoder, recording);
          this.memory.encode(encoder, pieces);
        });
        return outputs;
      }
      this.memory.copy(moves);
      const results = runs < UNHEARD ? await ask() : await askListening();
      runs++;
      const { outputs, pieces } = copied(results);
      this.memory.copy(pieces);
      // A replay always gives its results in these buffers, which are kept from now on.
      if (!replay) for (const [, tensor] of results) tensor.dispose();
      return outputs;
    };
    let open = true;
    return {
      run: (given) => this.mutex.runExclusive(() => run(given)),
      dispose: async () => {
        if (!open) return;
        open = false;
        await this.mutex.runExclusive(async () => {
          // Outputs belong to the session, which has to outlive them.
          for (const [, result] of replay?.results ?? []) result.dispose();
          await session.release();
        });
        for (const tensor of own.values()) tensor.dispose();
      },
    };
  }
}

/** Copies are of whole words, and so are buffers. */
const wholeWords = (bytes: number): number => 4 * Math.ceil(bytes / 4);

/** A replay repeats shaders, not copies between buffers. A result that depends on a copy would keep the first run's numbers. */
function refuseCopies(graph: Graph): void {
  const views = [...graph.outputs].filter(([, value]) => graph.producers.get(value)?.op === 'Reshape').map(([name]) => `its output "${name}" is a reshape`);
  const problems = [...views, ...(graph.nodes.some(({ op }) => op === 'ScatterElements') ? ['it has a ScatterElements'] : [])];
  if (problems.length > 0) throw new LabError('runtime.capture', `The graph "${graph.name}" cannot be captured: ${problems.join('; ')}.`, 'This is a fault of the lab; please report it.', { graph: graph.name, problems });
}
