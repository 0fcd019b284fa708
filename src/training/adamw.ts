/**
 * AdamW (Loshchilov and Hutter 2019) with the arithmetic of torch.optim.AdamW, after clip_grad_norm_ of each adapter by its
 * own global norm. State lies as [layers, K, size]. Two implementations: WASM keeps its state in JavaScript memory, where
 * one loop over it is cheaper than twenty passes of a graph and their copies; WebGPU keeps it in buffers and runs a graph.
 */
import { Graph, type Value, add, div, minimum, mul, reciprocal, reduceSum, sqrt, sub, where, greaterOrEqual } from '../onnx/index.ts';
import { type Device, type DeviceTensor, type Program, host, readFloats } from '../runtime/index.ts';

export interface AdamWOptions {
  adam_beta1: number;
  adam_beta2: number;
  adam_epsilon: number;
  weight_decay: number;
  /** 0 does not clip. */
  max_grad_norm: number;
}

/** What [layers, K, size] arrays an optimiser holds. */
export interface OptimizerShape {
  layers: number;
  adapters: number;
  size: number;
}

export interface OptimizerState {
  parameters: Float32Array;
  /** Exponential averages of the gradient and of its square. */
  m: Float32Array;
  v: Float32Array;
}

export interface AdamW {
  /** The adapters as graphs take them; valid until the next `step`. */
  readonly adapters: DeviceTensor;
  /** Takes a gradient over, adding it to those taken since the last step. */
  accumulate(gradient: DeviceTensor): Promise<void>;
  /**
   * One step with what was accumulated.
   * @param count which step it is, from 1: for the bias correction
   * @param rates learning rate of each adapter; null leaves an adapter and its state as they are
   * @returns each adapter's gradient norm before clipping
   */
  step(count: number, rates: readonly (number | null)[]): Promise<number[]>;
  read(): Promise<OptimizerState>;
  dispose(): void;
}

/** torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6. */
const CLIP_EPSILON = 1e-6;

export function createAdamW(device: Device, shape: OptimizerShape, options: AdamWOptions, initial: OptimizerState): AdamW {
  return device.kind === 'wasm' ? new HostAdamW(device, shape, options, initial) : new GraphAdamW(device, shape, options, initial);
}

export class HostAdamW implements AdamW {
  readonly adapters: DeviceTensor;
  private gradient: Float32Array | null = null;

  constructor(
    device: Device,
    private readonly shape: OptimizerShape,
    private readonly options: AdamWOptions,
    private readonly state: OptimizerState,
  ) {
    // The tensor is this very array: what a step changes in it, the next run is fed.
    this.adapters = device.upload(host('float32', [shape.layers, shape.adapters, shape.size], state.parameters));
  }

  async accumulate(gradient: DeviceTensor): Promise<void> {
    const data = await readFloats(gradient);
    const sum = this.gradient;
    if (!sum) this.gradient = data;
    else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (data[i] as number);
    gradient.dispose();
  }

  step(count: number, rates: readonly (number | null)[]): Promise<number[]> {
    const gradient = this.gradient ?? new Float32Array(this.state.parameters.length);
    this.gradient = null;
    return Promise.resolve(rates.map((rate, k) => {
      const norm = Math.sqrt(this.sumOfSquares(gradient, k));
      if (rate !== null) this.update(gradient, k, count, rate, norm);
      return norm;
    }));
  }

  read(): Promise<OptimizerState> {
    const { parameters, m, v } = this.state;
    return Promise.resolve({ parameters: parameters.slice(), m: m.slice(), v: v.slice() });
  }

  dispose(): void {
    this.adapters.dispose();
  }

  private sumOfSquares(gradient: Float32Array, k: number): number {
    let sum = 0;
    for (const [from, to] of this.stretches(k)) for (let i = from; i < to; i++) sum += (gradient[i] as number) ** 2;
    return sum;
  }

  private update(gradient: Float32Array, k: number, count: number, rate: number, norm: number): void {
    const { adam_beta1: b1, adam_beta2: b2, adam_epsilon, weight_decay, max_grad_norm } = this.options;
    const { parameters, m, v } = this.state;
    const clip = clipFactor(norm, max_grad_norm);
    const [c1, c2] = corrections(count, this.options);
    const keep = 1 - rate * weight_decay;
    for (const [from, to] of this.stretches(k)) {
      for (let i = from; i < to; i++) {
        const g = (gradient[i] as number) * clip;
        const mi = b1 * (m[i] as number) + (1 - b1) * g;
        const vi = b2 * (v[i] as number) + (1 - b2) * g * g;
        m[i] = mi;
        v[i] = vi;
        parameters[i] = (parameters[i] as number) * keep - (rate * c1 * mi) / (Math.sqrt(vi * c2) + adam_epsilon);
      }
    }
  }

  /** Where adapter k's numbers lie, a stretch a layer. */
  private stretches(k: number): [number, number][] {
    const { layers, adapters, size } = this.shape;
    return Array.from({ length: layers }, (_, layer) => [(layer * adapters + k) * size, (layer * adapters + k + 1) * size]);
  }
}

/** 1 / (1 - beta^t) of both averages. */
function corrections(count: number, { adam_beta1, adam_beta2 }: AdamWOptions): [number, number] {
  return [1 / (1 - adam_beta1 ** count), 1 / (1 - adam_beta2 ** count)];
}

function clipFactor(norm: number, limit: number): number {
  return limit > 0 ? Math.min(1, limit / (norm + CLIP_EPSILON)) : 1;
}

/** The same as a graph over [layers, K, size]; rates, corrections and which adapters are active are inputs. */
function stepGraph({ layers, adapters, size }: OptimizerShape, options: AdamWOptions): Graph {
  const { adam_beta1: b1, adam_beta2: b2, adam_epsilon, weight_decay, max_grad_norm } = options;
  const g = new Graph('optimiser step');
  const [p, m, v, gradient] = ['parameters', 'm', 'v', 'gradient'].map((name) => g.input(name, 'float32', [layers, adapters, size])) as [Value, Value, Value, Value];
  const rates = g.input('rates', 'float32', [1, adapters, 1]);
  const active = greaterOrEqual(rates, 0);
  const [c1, c2] = [g.input('c1', 'float32', []), g.input('c2', 'float32', [])];

  const norm = sqrt(reduceSum(mul(gradient, gradient), [0, 2], true));
  const clipped = max_grad_norm > 0 ? mul(gradient, minimum(mul(reciprocal(add(norm, CLIP_EPSILON)), max_grad_norm), 1)) : gradient;
  const nextM = add(mul(m, b1), mul(clipped, 1 - b1));
  const nextV = add(mul(v, b2), mul(mul(clipped, clipped), 1 - b2));
  const move = mul(div(nextM, add(sqrt(mul(nextV, c2)), adam_epsilon)), mul(rates, c1));
  const next = sub(mul(p, sub(1, mul(rates, weight_decay))), move);
  g.output('norm', norm);
  g.output('parameters_next', where(active, next, p));
  g.output('m_next', where(active, nextM, m));
  g.output('v_next', where(active, nextV, v));
  return g;
}

function sumGraph({ layers, adapters, size }: OptimizerShape): Graph {
  const g = new Graph('gradient accumulation');
  g.output('sum', add(g.input('a', 'float32', [layers, adapters, size]), g.input('b', 'float32', [layers, adapters, size])));
  return g;
}

export class GraphAdamW implements AdamW {
  private readonly stepProgram: Program;
  private readonly sumProgram: Program;
  private parameters: DeviceTensor;
  private m: DeviceTensor;
  private v: DeviceTensor;
  private gradient: DeviceTensor | null = null;

  constructor(
    device: Device,
    private readonly shape: OptimizerShape,
    private readonly options: AdamWOptions,
    initial: OptimizerState,
  ) {
    const upload = (data: Float32Array): DeviceTensor => device.upload(host('float32', [shape.layers, shape.adapters, shape.size], data));
    [this.parameters, this.m, this.v] = [upload(initial.parameters), upload(initial.m), upload(initial.v)];
    this.stepProgram = device.program(stepGraph(shape, options));
    this.sumProgram = device.program(sumGraph(shape));
  }

  get adapters(): DeviceTensor {
    return this.parameters;
  }

  async accumulate(gradient: DeviceTensor): Promise<void> {
    const before = this.gradient;
    if (!before) {
      this.gradient = gradient;
      return;
    }
    const outputs = await (await this.sumProgram.bind({})).run({ a: before, b: gradient });
    before.dispose();
    gradient.dispose();
    this.gradient = outputs.get('sum');
  }

  async step(count: number, rates: readonly (number | null)[]): Promise<number[]> {
    const gradient = this.gradient;
    if (!gradient) return rates.map(() => 0);
    const [c1, c2] = corrections(count, this.options);
    const session = await this.stepProgram.bind({});
    const outputs = await session.run({
      parameters: this.parameters,
      m: this.m,
      v: this.v,
      gradient,
      // A negative rate marks an adapter that rests.
      rates: host('float32', [1, this.shape.adapters, 1], Float32Array.from(rates, (rate) => rate ?? -1)),
      c1: host('float32', [], Float32Array.of(c1)),
      c2: host('float32', [], Float32Array.of(c2)),
    });
    for (const tensor of [this.parameters, this.m, this.v, gradient]) tensor.dispose();
    this.gradient = null;
    [this.parameters, this.m, this.v] = [outputs.get('parameters_next'), outputs.get('m_next'), outputs.get('v_next')];
    const norm = outputs.get('norm');
    const norms = Array.from(await readFloats(norm));
    norm.dispose();
    return norms;
  }

  async read(): Promise<OptimizerState> {
    const [parameters, m, v] = await Promise.all([readFloats(this.parameters), readFloats(this.m), readFloats(this.v)]);
    return { parameters, m, v };
  }

  dispose(): void {
    for (const tensor of [this.parameters, this.m, this.v, this.gradient]) tensor?.dispose();
    void this.stepProgram.dispose();
    void this.sumProgram.dispose();
  }
}
