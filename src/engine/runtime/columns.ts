/**
 * Writes columns of one tensor into another in place, on the GPU. ONNX has no op that changes a tensor in place, so a key-value
 * cache that grows by a column in each step would be copied whole in every step.
 */
import type { GpuTensor } from './gpu-memory.ts';

/**
 * Tensors are seen as [rows, lines, columns, width], elements of four bytes. `count` columns of a row of the source, its first ones,
 * go into a row of the target.
 */
export interface Columns<T = GpuTensor> {
  target: T;
  source: T;
  /** Elements of the source to leave out at its beginning. */
  skip?: number;
  lines: number;
  width: number;
  /** Columns of the target and of the source. */
  columns: readonly [target: number, source: number];
  count: number;
  /** int32, one a row of the target: the source's row that it takes, or -1 for none. */
  from: T;
  /** int32, one a row of the target: the column that the first one goes to. What reaches beyond the last is left out. */
  at: T;
}

const WORKGROUP = 64;
/** WebGPU's own limit, on every device. */
const MOST_WORKGROUPS = 65535;
/** Sizes that are kept; prompts of many lengths would otherwise add to them for ever. */
const SIZES_KEPT = 1024;

const SHADER = /* wgsl */ `
struct Sizes { rows: u32, lines: u32, width: u32, count: u32, columns: u32, sourceColumns: u32, skip: u32, stride: u32 }
@group(0) @binding(0) var<storage, read_write> target_: array<u32>;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> from_: array<i32>;
@group(0) @binding(3) var<storage, read> at: array<i32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x + id.y * sizes.stride;
  let i = index % sizes.width;
  let column = (index / sizes.width) % sizes.count;
  let line = (index / (sizes.width * sizes.count)) % sizes.lines;
  let row = index / (sizes.width * sizes.count * sizes.lines);
  if (row >= sizes.rows) { return; }
  let taken = from_[row];
  let to = at[row] + i32(column);
  if (taken < 0 || to < 0 || to >= i32(sizes.columns)) { return; }
  target_[((row * sizes.lines + line) * sizes.columns + u32(to)) * sizes.width + i] =
    source[sizes.skip + ((u32(taken) * sizes.lines + line) * sizes.sourceColumns + column) * sizes.width + i];
}`;

export class ColumnWriter {
  private pipeline: GPUComputePipeline | null = null;
  /** By their numbers: a step's are always the same ones. */
  private readonly sizes = new Map<string, GPUBuffer>();

  constructor(private readonly gpu: GPUDevice) {}

  /** Puts the writes into an encoder, one after the other. */
  encode(encoder: GPUCommandEncoder, writes: readonly Columns[]): void {
    // Only between encodings: what is encoded but not submitted may not lose its buffers.
    if (this.sizes.size > SIZES_KEPT) {
      for (const buffer of this.sizes.values()) buffer.destroy();
      this.sizes.clear();
    }
    this.pipeline ??= this.gpu.createComputePipeline({ label: 'columns', layout: 'auto', compute: { module: this.gpu.createShaderModule({ code: SHADER }) } });
    const layout = this.pipeline.getBindGroupLayout(0);
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.pipeline);
    for (const { target, source, skip = 0, lines, width, columns, count, from, at } of writes) {
      const rows = at.bytes / 4;
      const workgroups = Math.ceil((rows * lines * count * width) / WORKGROUP);
      const [x, y] = [Math.min(workgroups, MOST_WORKGROUPS), Math.ceil(workgroups / MOST_WORKGROUPS)];
      const sizes = this.uniform([rows, lines, width, count, ...columns, skip, x * WORKGROUP]);
      pass.setBindGroup(0, this.gpu.createBindGroup({ layout, entries: [...[target, source, from, at].map(({ buffer }) => buffer), sizes].map((buffer, binding) => ({ binding, resource: { buffer } })) }));
      pass.dispatchWorkgroups(x, y);
    }
    pass.end();
  }

  private uniform(numbers: readonly number[]): GPUBuffer {
    const key = numbers.join();
    let buffer = this.sizes.get(key);
    if (!buffer) {
      buffer = this.gpu.createBuffer({ size: 4 * numbers.length, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
      this.gpu.queue.writeBuffer(buffer, 0, Uint32Array.from(numbers));
      this.sizes.set(key, buffer);
    }
    return buffer;
  }
}
