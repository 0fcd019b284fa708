import { LabError } from '../../core/errors.ts';
import type { Graph } from '../onnx/graph.ts';
import { type DType, byteLength } from '../onnx/value.ts';
import { PeriodicYield } from './periodic-yield.ts';
import type { DeviceTensor, HostTensor } from './tensor.ts';
import type { Value } from '../onnx/graph.ts';

export type Feeds = Readonly<Record<string, DeviceTensor | HostTensor>>;

/** What one run gave. The tensors belong to the caller. */
export class Outputs {
  constructor(private readonly tensors: ReadonlyMap<string, DeviceTensor>) {}

  /** @throws `runtime.output` when the graph has no such output */
  get(name: string): DeviceTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new LabError('runtime.output', `The graph gave no output "${name}" (it gave ${[...this.tensors.keys()].join(', ')}).`, 'This is a fault in the engine; please report it.');
    return tensor;
  }

  /** Frees all tensors but the named ones. */
  dispose(keep: readonly string[] = []): void {
    for (const [name, tensor] of this.tensors) if (!keep.includes(name)) tensor.dispose();
  }
}

/** A compiled graph whose parameters are set. */
export interface Session {
  /** Runs are taken one at a time, in the order they were asked for. */
  run(feeds: Feeds): Promise<Outputs>;
  dispose(): Promise<void>;
}

/**
 * A graph on a device. Where parameters are inputs (WebGPU, and WASM where `shared`) it is compiled once and binding costs
 * nothing; where they are initialisers (WASM) or in recorded commands (WebGPU with `capture`, not `shared`) every binding is a session of its own.
 */
export interface Program {
  /** @param parameters by name; all of the graph's */
  bind(parameters: Readonly<Record<string, DeviceTensor>>): Promise<Session>;
  /** Frees the program and every session bound from it. */
  dispose(): Promise<void>;
}

export interface ProgramOptions {
  /**
   * On WebGPU: record the GPU's commands at the first run and replay them afterwards. For graphs of many small nodes with
   * static shapes; every binding is then a session of its own, and may set inputs beside the parameters: they are read where
   * they lie, whatever is in them at the time, and fed no more. Copies between buffers are not among those commands: no output
   * may come from a reshape, and there must be no ScatterElements. WASM ignores it.
   */
  capture?: boolean;
  /**
   * On WASM, and on WebGPU where the graph is captured: parameters are copied in at every run, so that all bindings share one
   * session. For large weights that one run works long on. On WebGPU without capture it is always so, and without the copying.
   */
  shared?: boolean;
}

/** Wraps what ONNX Runtime throws, so that a person learns which graph failed. */
export function sessionError(graph: string, action: 'compile' | 'run', cause: unknown): LabError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const memory = NO_MEMORY.some((words) => words.test(detail));
  return new LabError(
    memory ? 'runtime.memory' : `runtime.${action}`,
    memory ? `There was not enough memory to ${action} the graph "${graph}": ${detail}` : `The graph "${graph}" could not ${action === 'run' ? 'be run' : 'be compiled'}: ${detail}`,
    memory ? 'Use a smaller batch, shorter sequences, fewer adapters at once or a smaller model, and close other tabs.' : 'Try the other device (?device=wasm or ?device=webgpu). If it fails there too, please report it.',
    { graph, detail },
    { cause },
  );
}

/** What runtimes and browsers say when memory is what is missing. */
const NO_MEMORY = [/bad_alloc/, /out of memory/i, /OutOfMemory/, /fail(ed|ure)? to allocate/i, /allocation (failed|of \d+)/i, /could not allocate/i, /memory access out of bounds/, /failed to grow/i, /available memory of .* is smaller than requested/i];

/** Runs one piece of work at a time, in order of arrival. ONNX Runtime cannot be entered again while a run waits for the GPU. */
export class Mutex {
  private tail: Promise<unknown> = Promise.resolve();
  private readonly periodicYield = new PeriodicYield();

  runExclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(() => this.periodicYield.yieldIfDue()).then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

/** Quantised values count as bytes when they are packed. */
const codesOf = (dtype: DType): DType => (dtype === 'uint4' ? 'uint8' : dtype);

/** The tensor bound to a parameter; throws `runtime.parameter` when it is missing or does not fit. */
export function parameterOf<T extends DeviceTensor>(graph: Graph, parameters: Readonly<Record<string, DeviceTensor>>, value: Value): T {
  const tensor = parameters[value.name];
  if (!tensor || codesOf(tensor.dtype) !== codesOf(value.dtype) || tensor.bytes !== byteLength(value)) {
    throw new LabError(
      'runtime.parameter',
      `The graph "${graph.name}" needs the weight "${value.name}" as ${value.dtype}[${value.shape.join(', ')}], but was given ${tensor ? `${tensor.dtype}[${tensor.shape.join(', ')}]` : 'none'}.`,
      'This is a fault in the engine; please report it with the model you loaded.',
    );
  }
  return tensor as T;
}

export function transposedRefused(graph: string): LabError {
  return new LabError('runtime.turned', `The graph "${graph}" multiplies by transposed quantised weights, which this device cannot do.`, 'This is a fault in the engine; please report it.');
}

export function missingFeed(graph: string, input: Value): LabError {
  return new LabError('runtime.feed', `The graph "${graph}" was run without its input "${input.name}".`, 'This is a fault in the engine; please report it.');
}
