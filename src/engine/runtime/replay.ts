/**
 * Replays a captured graph's commands without the runtime. ONNX Runtime replays a graph by encoding every dispatch again, through
 * WebAssembly and in passes of a few dispatches each. Encoding the same dispatches here, in one pass, costs the thread a fraction.
 * A recording is used only if it holds nothing but dispatches, the same ones in two replays. Otherwise the runtime goes on
 * replaying that session itself.
 */

/** One shader's run over fixed buffers. */
interface Dispatch {
  pipeline: GPUComputePipeline;
  groups: readonly (readonly [index: number, group: GPUBindGroup])[];
  workgroups: readonly [x: number, y: number, z: number];
}

export type Recording = readonly Dispatch[];

/**
 * Records the GPU commands of `work`. It shadows the methods of this device, and of the encoders it creates meanwhile, by recording
 * ones, and undoes that before it returns.
 * @returns the result of `work`, and its dispatches: null when it used a command that cannot be replayed, or recording was impossible
 */
export async function recorded<T>(gpu: GPUDevice, work: () => Promise<T>): Promise<{ result: T; recording: Recording | null }> {
  const heard: Dispatch[] = [];
  let foreign = 0;
  const tell = (): void => void foreign++;
  const undo = [shadow(gpu, 'createCommandEncoder', tell, (original) => (descriptor) => listening(original(descriptor), heard, tell)), ...suspect(gpu.queue, QUEUE, tell)];
  try {
    const result = await work();
    return { result, recording: foreign === 0 && heard.length > 0 ? heard : null };
  } finally {
    for (const back of undo) back();
  }
}

/** Whether two recordings have the same dispatches. */
export function alike(one: Recording, other: Recording): boolean {
  return one.length === other.length && one.every(({ pipeline, groups, workgroups }, i) => {
    const second = other[i] as Dispatch;
    return pipeline === second.pipeline && String(workgroups) === String(second.workgroups) && groups.length === second.groups.length && groups.every(([index, group], j) => index === second.groups[j]?.[0] && group === second.groups[j]?.[1]);
  });
}

/** Encodes the dispatches once more, in one pass. */
export function playBack(encoder: GPUCommandEncoder, recording: Recording): void {
  const pass = encoder.beginComputePass();
  let current: GPUComputePipeline | null = null;
  for (const { pipeline, groups, workgroups: [x, y, z] } of recording) {
    if (pipeline !== current) pass.setPipeline(pipeline);
    current = pipeline;
    for (const [index, group] of groups) pass.setBindGroup(index, group);
    pass.dispatchWorkgroups(x, y, z);
  }
  pass.end();
}

/** Methods of an encoder of plain compute passes; any other counts as foreign. */
const ENCODER = new Set<PropertyKey>(['beginComputePass', 'finish', 'label', 'pushDebugGroup', 'popDebugGroup', 'insertDebugMarker']);
const QUEUE = new Set<PropertyKey>(['submit', 'onSubmittedWorkDone']);
const PASS = new Set<PropertyKey>(['setPipeline', 'setBindGroup', 'dispatchWorkgroups', 'end', 'label', 'pushDebugGroup', 'popDebugGroup', 'insertDebugMarker']);

function listening(encoder: GPUCommandEncoder, heard: Dispatch[], foreign: () => void): GPUCommandEncoder {
  suspect(encoder, ENCODER, foreign);
  shadow(encoder, 'beginComputePass', foreign, (original) => (descriptor) => {
    if (descriptor?.timestampWrites) foreign();
    const pass = original(descriptor);
    suspect(pass, PASS, foreign);
    let pipeline: GPUComputePipeline | null = null;
    const groups = new Map<number, GPUBindGroup>();
    shadow(pass, 'setPipeline', foreign, (set) => (given) => {
      pipeline = given;
      return set(given);
    });
    shadow(pass, 'setBindGroup', foreign, (set) => (...given: unknown[]) => {
      const [index, group, offsets] = given as [number, GPUBindGroup | null, ArrayLike<number> | undefined];
      if (!group || (offsets && offsets.length > 0)) foreign();
      else groups.set(index, group);
      return (set as (...all: unknown[]) => undefined)(...given);
    });
    shadow(pass, 'dispatchWorkgroups', foreign, (dispatch) => (x, y = 1, z = 1) => {
      if (pipeline) heard.push({ pipeline, groups: [...groups], workgroups: [x, y, z] });
      return dispatch(x, y, z);
    });
    return pass;
  });
  return encoder;
}

/** Calls of any method that is not known are told. @returns what takes the listening away again */
function suspect<T extends object>(target: T, known: ReadonlySet<PropertyKey>, tell: () => void): (() => void)[] {
  const methods = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(target) as object);
  const names = Object.entries(methods).filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor' && !known.has(name)).map(([name]) => name as keyof T & string);
  return names.map((name) => shadow(target, name, tell, (original) => ((...given: unknown[]) => {
    tell();
    return (original as (...all: unknown[]) => unknown)(...given);
  }) as T[typeof name]));
}

/** Puts a method of the object itself before its class's; where the object does not allow it, that is told. @returns what takes it away again */
function shadow<T extends object, K extends keyof T & string>(target: T, name: K, tell: () => void, make: (original: T[K]) => T[K]): () => void {
  const method = target[name] as unknown;
  if (typeof method === 'function' && Reflect.defineProperty(target, name, { configurable: true, value: make(method.bind(target) as T[K]) })) return () => void Reflect.deleteProperty(target, name);
  tell();
  return () => {};
}
