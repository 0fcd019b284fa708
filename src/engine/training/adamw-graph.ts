/** AdamW as a graph over tensors that stay on the device. */
import { Graph, type Value, add, concat, div, greaterOrEqual, minimum, mul, reciprocal, reduceSum, slice, sqrt, sub, where } from '../onnx/index.ts';
import { type Device, type DeviceTensor, type Outputs, type Program, host, readFloats } from '../runtime/index.ts';
import { type AdamW, type AdamWOptions, CLIP_EPSILON, type OptimizerShape, type OptimizerState, corrections } from './adamw.ts';

/** One step over [layers, K, size]; rates, corrections and which adapters are active are inputs. */
function stepGraph({ layers, adapters, size, decayed = size }: OptimizerShape, options: AdamWOptions): Graph {
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
  const keep = sub(1, mul(rates, weight_decay));
  const kept = decayed === size || weight_decay === 0 ? mul(p, keep) : concat([mul(slice(p, 2, 0, decayed), keep), slice(p, 2, decayed, size)], 2);
  const next = sub(kept, move);
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
  /** What a step gave that is not committed. */
  private next: Outputs | null = null;

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

  forget(): void {
    this.next?.dispose();
    this.next = null;
    this.gradient?.dispose();
    this.gradient = null;
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
    this.next = outputs;
    return Array.from(await readFloats(outputs.get('norm')));
  }

  commit(): void {
    const { next } = this;
    if (!next) return;
    for (const tensor of [this.parameters, this.m, this.v, this.gradient, next.get('norm')]) tensor?.dispose();
    this.gradient = this.next = null;
    [this.parameters, this.m, this.v] = [next.get('parameters_next'), next.get('m_next'), next.get('v_next')];
  }

  async read(): Promise<OptimizerState> {
    const [parameters, m, v] = await Promise.all([readFloats(this.parameters), readFloats(this.m), readFloats(this.v)]);
    return { parameters, m, v };
  }

  dispose(): void {
    this.forget();
    for (const tensor of [this.parameters, this.m, this.v]) tensor.dispose();
    void this.stepProgram.dispose();
    void this.sumProgram.dispose();
  }
}
