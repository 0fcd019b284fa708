/** Devices that have too little memory, to see what is made of it. */
import { LabError } from '../../src/core/errors.ts';
import type { Device } from '../../src/engine/runtime/index.ts';

/** A device that has not enough memory for graphs over more than `most` tokens, or rows of them. @param most asked at every run */
export function cramped(device: Device, most: () => number, refused: number[] = []): Device {
  const program: Device['program'] = (graph, options) => {
    const size = graph.inputs.find(({ name }) => name === 'ids' || name === 'token')?.shape[0] ?? 0;
    const inner = device.program(graph, options);
    return { ...inner, bind: async (parameters) => {
      const session = await inner.bind(parameters);
      return { ...session, run: (feeds) => {
        if (size <= most()) return session.run(feeds);
        refused.push(size);
        return Promise.reject(new LabError('runtime.memory', 'std::bad_alloc', ''));
      } };
    } };
  };
  return new Proxy(device, {
    get(target, key) {
      if (key === 'program') return program;
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/**
 * Runs `work` on a GPU that has no memory for some buffers. They are asked for as the largest that the GPU binds, which a software
 * GPU has no memory for, so that what follows is the browser's own: an error event, a buffer that is not valid, runs that fail of it.
 * @returns how many were refused, by the GPU's own word
 */
export async function starved(without: (size: number) => boolean, work: () => Promise<void>): Promise<number> {
  const { createBuffer } = GPUDevice.prototype;
  let refused = 0;
  const told = ({ error }: GPUUncapturedErrorEvent): void => void (error instanceof GPUOutOfMemoryError && refused++);
  const heard = new Set<GPUDevice>();
  GPUDevice.prototype.createBuffer = function (descriptor) {
    if (descriptor.mappedAtCreation || !without(descriptor.size)) return createBuffer.call(this, descriptor);
    if (!heard.has(this)) heard.add(this).forEach((gpu) => gpu.addEventListener('uncapturederror', told));
    return createBuffer.call(this, { ...descriptor, size: this.limits.maxBufferSize });
  };
  try {
    await work();
    return refused;
  } finally {
    GPUDevice.prototype.createBuffer = createBuffer;
    for (const gpu of heard) gpu.removeEventListener('uncapturederror', told);
  }
}
