/** WebGPU: weights and state stay in GPU buffers that every session shares; only what is read leaves the GPU. */
import { LabError } from '../core/errors.ts';
import type { DeviceReport } from '../core/device.ts';
import type { Graph } from '../onnx/graph.ts';
import { writeModel } from '../onnx/model.ts';
import type { DType, Shape, Value } from '../onnx/value.ts';
import { byteLength } from '../onnx/value.ts';
import type { Device } from './device.ts';
import type { Ort, OrtSession, OrtTensor } from './ort.ts';
import { Outputs, type Feeds, type Program, type Session, Turnstile, sessionError } from './session.ts';
import { type DeviceTensor, type HostArray, type HostTensor, bytesOf, viewAs } from './tensor.ts';
import { missingFeed, parameterOf } from './wasm-device.ts';

class GpuTensor implements DeviceTensor {
  readonly bytes: number;
  private disposed = false;

  constructor(
    private readonly device: WebGpuDevice,
    readonly dtype: DType,
    readonly shape: Shape,
    readonly buffer: GPUBuffer,
    readonly tensor: OrtTensor,
    private readonly free: () => void,
  ) {
    this.bytes = byteLength({ dtype, shape });
  }

  read(): Promise<HostArray> {
    return this.device.read(this);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.free();
  }
}

export class WebGpuDevice implements Device {
  readonly kind = 'webgpu';
  readonly halves: boolean;
  readonly lost: Promise<LabError>;
  private readonly turnstile = new Turnstile();
  private held = 0;

  constructor(
    private readonly ort: Ort,
    private readonly gpu: GPUDevice,
    readonly report: DeviceReport,
  ) {
    this.halves = gpu.features.has('shader-f16');
    this.lost = gpu.lost.then(
      ({ reason, message }) =>
        new LabError('runtime.device-lost', `The graphics device was lost${message ? `: ${message}` : ''}.`, 'What was stored is safe. Reload the page to go on; with ?device=wasm it runs without the GPU.', { reason }),
    );
  }

  get bytesHeld(): number {
    return this.held;
  }

  upload({ dtype, shape, data }: HostTensor): DeviceTensor {
    const bytes = bytesOf(data);
    const tensor = this.allocate(dtype, shape);
    const whole = bytes.byteLength - (bytes.byteLength % 4);
    this.gpu.queue.writeBuffer(tensor.buffer, 0, bytes, 0, whole);
    if (whole < bytes.byteLength) {
      const rest = new Uint8Array(4);
      rest.set(bytes.subarray(whole));
      this.gpu.queue.writeBuffer(tensor.buffer, whole, rest);
    }
    return tensor;
  }

  part(tensor: DeviceTensor, from: number, shape: Shape): DeviceTensor {
    const out = this.allocate('float32', shape);
    this.copy([{ source: tensor as GpuTensor, from: 4 * from, target: out, to: 0, bytes: out.bytes }]);
    return out;
  }

  join(tensors: readonly DeviceTensor[], shape: Shape): DeviceTensor {
    const out = this.allocate('float32', shape);
    let to = 0;
    this.copy(tensors.map((tensor) => {
      const piece = { source: tensor as GpuTensor, from: 0, target: out, to, bytes: tensor.bytes };
      to += tensor.bytes;
      return piece;
    }));
    return out;
  }

  program(graph: Graph): Program {
    const model = writeModel(graph, 'inputs');
    let compiled: Promise<OrtSession> | null = null;
    const compile = (): Promise<OrtSession> =>
      this.turnstile.pass(async () => {
        try {
          return await this.ort.InferenceSession.create(model.bytes, {
            executionProviders: [{ name: 'webgpu', device: this.gpu }],
            preferredOutputLocation: 'gpu-buffer',
            graphOptimizationLevel: 'all',
            // A node that would quietly run on the CPU, between two copies, is refused instead.
            extra: { session: { disable_cpu_ep_fallback: '1' } },
          });
        } catch (error) {
          throw sessionError(graph.name, 'compile', error);
        }
      });
    return {
      bind: async (parameters) => {
        compiled ??= compile();
        const session = await compiled;
        const names = new Set(graph.parameters.map((value) => value.name));
        const fixed = Object.fromEntries(model.inputs.filter((value) => names.has(value.name)).map((value) => [value.name, parameterOf<GpuTensor>(graph, parameters, value)]));
        const bound: Session = {
          run: (feeds) => this.turnstile.pass(() => this.run(graph.name, session, model.inputs, { ...feeds, ...fixed })),
          dispose: async () => {},
        };
        return bound;
      },
      dispose: async () => {
        const session = await compiled;
        if (session) await this.turnstile.pass(() => session.release());
      },
    };
  }

  dispose(): void {
    this.gpu.destroy();
  }

  private allocate(dtype: DType, shape: Shape): GpuTensor {
    const bytes = byteLength({ dtype, shape });
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    if (size > this.gpu.limits.maxStorageBufferBindingSize) {
      throw new LabError('runtime.buffer-limit', `A tensor of ${bytes} bytes is larger than this GPU binds at once (${this.gpu.limits.maxStorageBufferBindingSize} bytes).`, 'Use a smaller model, or ?device=wasm.');
    }
    const buffer = this.gpu.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    this.held += size;
    const tensor = this.ort.Tensor.fromGpuBuffer(buffer, { dataType: dtype as 'float32', dims: shape as number[] });
    return new GpuTensor(this, dtype, shape, buffer, tensor as OrtTensor, () => {
      this.held -= size;
      buffer.destroy();
    });
  }

  private copy(pieces: readonly { source: GpuTensor; from: number; target: GpuTensor; to: number; bytes: number }[]): void {
    const encoder = this.gpu.createCommandEncoder();
    for (const { source, from, target, to, bytes } of pieces) encoder.copyBufferToBuffer(source.buffer, from, target.buffer, to, bytes);
    this.gpu.queue.submit([encoder.finish()]);
  }

  /** Copies a tensor to JavaScript memory. */
  async read(tensor: GpuTensor): Promise<HostArray> {
    const size = Math.ceil(tensor.bytes / 4) * 4;
    const staging = this.gpu.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    try {
      const encoder = this.gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(tensor.buffer, 0, staging, 0, size);
      this.gpu.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      return viewAs(tensor.dtype, new Uint8Array(staging.getMappedRange()).slice(0, tensor.bytes));
    } catch (error) {
      throw LabError.from(error, 'runtime.read', 'The graphics device did not give its result back. Reload the page; with ?device=wasm it runs without the GPU.');
    } finally {
      staging.destroy();
    }
  }

  private async run(name: string, session: OrtSession, inputs: readonly Value[], feeds: Feeds): Promise<Outputs> {
    const tensors: Record<string, OrtTensor> = {};
    for (const input of inputs) {
      const feed = feeds[input.name];
      if (!feed) throw missingFeed(name, input);
      tensors[input.name] = feed instanceof GpuTensor ? feed.tensor : (new this.ort.Tensor(feed.dtype as 'float32', (feed as HostTensor).data as Float32Array, feed.shape as number[]) as OrtTensor);
    }
    let results: Awaited<ReturnType<OrtSession['run']>>;
    try {
      results = await session.run(tensors);
    } catch (error) {
      throw sessionError(name, 'run', error);
    }
    return new Outputs(new Map(Object.entries(results).map(([key, tensor]) => [key, this.adopt(tensor as OrtTensor)])));
  }

  /** An output that ONNX Runtime allocated. */
  private adopt(tensor: OrtTensor): GpuTensor {
    const bytes = byteLength({ dtype: tensor.type as DType, shape: tensor.dims });
    this.held += bytes;
    return new GpuTensor(this, tensor.type as DType, tensor.dims, tensor.gpuBuffer as GPUBuffer, tensor, () => {
      this.held -= bytes;
      tensor.dispose();
    });
  }
}
