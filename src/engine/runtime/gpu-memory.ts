/** Tensors in GPU buffers, and moving them about. */
import { LabError } from '../../core/errors.ts';
import { type DType, type Shape, byteLength } from '../onnx/value.ts';
import type { Ort, OrtTensor } from './ort.ts';
import { type DeviceTensor, type HostArray, type HostTensor, bytesOf, viewAs } from './tensor.ts';

export class GpuTensor implements DeviceTensor {
  readonly bytes: number;
  private disposed = false;

  constructor(
    private readonly memory: GpuMemory,
    readonly dtype: DType,
    readonly shape: Shape,
    readonly buffer: GPUBuffer,
    /** The same buffer as ONNX Runtime takes it. */
    readonly tensor: OrtTensor,
    private readonly free: () => void,
  ) {
    this.bytes = byteLength({ dtype, shape });
  }

  read(): Promise<HostArray> {
    return this.memory.read(this);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.free();
  }
}

/** A stretch of bytes to copy from one buffer to another. */
export interface Piece {
  source: GpuTensor;
  from: number;
  target: GpuTensor;
  to: number;
  bytes: number;
}

export class GpuMemory {
  private held = 0;
  /** An error of submitted work, until it is reported. */
  private fault: LabError | null = null;

  constructor(
    private readonly ort: Ort,
    private readonly gpu: GPUDevice,
  ) {}

  get bytesHeld(): number {
    return this.held;
  }

  /** Records that submitted work failed. The next read or run throws it, since its inputs may never have been computed. */
  fail(error: GPUError): void {
    const memory = error.constructor.name === 'GPUOutOfMemoryError';
    this.fault ??= new LabError(
      memory ? 'runtime.memory' : 'runtime.gpu',
      memory ? `The GPU ran out of memory: ${error.message}` : `The GPU refused what it was asked for: ${error.message}`,
      memory ? 'Use a smaller batch, shorter sequences, fewer adapters at once or a smaller model, and close other tabs.' : 'Try again; with ?device=wasm it runs without the GPU. If it stays, please report it.',
      { detail: error.message },
    );
  }

  /** Takes the error that was not reported yet; it counts as reported from now on. */
  told(): LabError | null {
    const { fault } = this;
    this.fault = null;
    return fault;
  }

  /** Waits for all submitted work and its errors, which the GPU may report late. */
  async settled(): Promise<LabError | null> {
    // A lost device is reported elsewhere.
    await this.gpu.queue.onSubmittedWorkDone().catch(() => {});
    return this.told();
  }

  /** @throws `runtime.buffer-limit` for a tensor that this GPU cannot bind */
  allocate(dtype: DType, shape: Shape): GpuTensor {
    const bytes = byteLength({ dtype, shape });
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const limit = this.gpu.limits.maxStorageBufferBindingSize;
    if (size > limit) throw new LabError('runtime.buffer-limit', `A tensor of ${bytes} bytes is larger than this GPU binds at once (${limit} bytes).`, 'Use a smaller model, or ?device=wasm.', { bytes, limit });
    const buffer = this.gpu.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    this.held += size;
    const tensor = this.ort.Tensor.fromGpuBuffer(buffer, { dataType: dtype as 'float32', dims: shape as number[] });
    return new GpuTensor(this, dtype, shape, buffer, tensor as OrtTensor, () => {
      this.held -= size;
      buffer.destroy();
    });
  }

  /** The same buffer under another type or shape; freed with the tensor it is of. */
  alias(of: GpuTensor, dtype: DType, shape: Shape): GpuTensor {
    const tensor = this.ort.Tensor.fromGpuBuffer(of.buffer, { dataType: dtype as 'float32', dims: shape as number[] });
    return new GpuTensor(this, dtype, shape, of.buffer, tensor as OrtTensor, () => {});
  }

  /** An output that ONNX Runtime allocated. */
  adopt(tensor: OrtTensor): GpuTensor {
    const [dtype, shape] = [tensor.type as DType, tensor.dims];
    const bytes = byteLength({ dtype, shape });
    this.held += bytes;
    return new GpuTensor(this, dtype, shape, tensor.gpuBuffer as GPUBuffer, tensor, () => {
      this.held -= bytes;
      tensor.dispose();
    });
  }

  write(target: GpuTensor, data: HostArray): void {
    const bytes = bytesOf(data);
    const whole = bytes.byteLength - (bytes.byteLength % 4);
    this.gpu.queue.writeBuffer(target.buffer, 0, bytes, 0, whole);
    if (whole === bytes.byteLength) return;
    const rest = new Uint8Array(4);
    rest.set(bytes.subarray(whole));
    this.gpu.queue.writeBuffer(target.buffer, whole, rest);
  }

  upload({ dtype, shape, data }: HostTensor): GpuTensor {
    const tensor = this.allocate(dtype, shape);
    this.write(tensor, data);
    return tensor;
  }

  /** Ordered after every run that was awaited, since all go through one queue. */
  copy(pieces: readonly Piece[]): void {
    this.submit((encoder) => this.encode(encoder, pieces));
  }

  encode(encoder: GPUCommandEncoder, pieces: readonly Piece[]): void {
    for (const { source, from, target, to, bytes } of pieces) encoder.copyBufferToBuffer(source.buffer, from, target.buffer, to, bytes);
  }

  /** Sends what `write` puts into an encoder to the GPU. */
  submit(write: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.gpu.createCommandEncoder();
    write(encoder);
    this.gpu.queue.submit([encoder.finish()]);
  }

  async read(tensor: GpuTensor): Promise<HostArray> {
    const size = Math.ceil(tensor.bytes / 4) * 4;
    const staging = this.gpu.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    try {
      const encoder = this.gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(tensor.buffer, 0, staging, 0, size);
      this.gpu.queue.submit([encoder.finish()]);
      // The staging buffer of the read may itself not fit into memory.
      const refusal = await staging.mapAsync(GPUMapMode.READ).then(() => null, (error: unknown) => error);
      const failure = this.told() ?? refusal;
      if (failure) throw failure;
      return viewAs(tensor.dtype, new Uint8Array(staging.getMappedRange()).slice(0, tensor.bytes));
    } catch (error) {
      throw LabError.from(error, 'runtime.read', 'The graphics device did not give its result back. Reload the page; with ?device=wasm it runs without the GPU.');
    } finally {
      staging.destroy();
    }
  }
}
