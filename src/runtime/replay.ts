/**
 * A captured graph's commands, played back without the runtime. ONNX Runtime replays a captured graph by asking the browser
 * for every dispatch again, through WebAssembly and in passes of a few dispatches each; the very same dispatches, asked for in
 * one pass from here, cost the asking thread a fraction. What is heard while it replays is kept only if it is dispatches and
 * nothing else, the same twice; whatever else it may do one day, such a session simply stays with the runtime.
 */

/** One shader's run over fixed buffers. */
interface Dispatch {
  pipeline: GPUComputePipeline;
  groups: readonly (readonly [index: number, group: GPUBindGroup])[];
  workgroups: readonly [x: number, y: number, z: number];
}

export type Recording = readonly Dispatch[];

/**
 * Listens to what `work` asks of the GPU. The methods of this one device (and of the encoders it gives meanwhile) are
 * shadowed by listening ones, which is undone before this returns.
 * @returns what `work` gave, and the dispatches; null when it asked for anything that cannot be played back, or nobody could listen
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

/** Whether two replays asked for the very same. */
export function alike(one: Recording, other: Recording): boolean {
  return one.length === other.length && one.every(({ pipeline, groups, workgroups }, i) => {
    const second = other[i] as Dispatch;
    return pipeline === second.pipeline && String(workgroups) === String(second.workgroups) && groups.length === second.groups.length && groups.every(([index, group], j) => index === second.groups[j]?.[0] && group === second.groups[j]?.[1]);
  });
}

/** Asks for the dispatches once more, in one pass. */
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

/** What an encoder of plain compute passes has; anything else it is asked for counts as foreign. */
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
