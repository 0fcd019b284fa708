/** One graph for the whole step, for models whose activations fit: nothing is computed twice, and no activation leaves the runtime. */
import { rowCount } from '../models/rows.ts';
import { type DeviceTensor, type HostTensor, type Outputs, type Program, type Session, readFloats } from '../runtime/index.ts';
import type { GradientEngine, StepGradients, StepLosses } from './engine.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { Rows } from '../models/rows.ts';
import type { Graph } from '../onnx/index.ts';
import { layerBindings, wholeGraph } from './graphs.ts';
import type { LossCount } from './head.ts';
import { type StepInputs, headFeeds } from './inputs.ts';
import type { StepShape } from './hidden.ts';

/** Loss rows are padded to a multiple of this, so that few different sizes occur. */
const GRAIN = 32;
/** A captured graph has one size. On WebGPU rows are padded to one of so many sizes, each with a session of its own. */
const CAPTURED_SIZES = 4;

export class WholeEngine implements GradientEngine {
  readonly kind = 'whole';
  private readonly programs: Program[] = [];
  private readonly sessions = new Map<string, Promise<Session>>();

  /**
   * @param build the graph of a step, or without gradients, for so many loss rows: see `wholeGraph` for its inputs and outputs
   * @param parameters what the graph reads that no step changes
   */
  constructor(
    private readonly model: BaseModel,
    private readonly rows: Rows,
    private readonly build: (train: boolean, losses: LossCount) => Graph,
    private readonly parameters: Readonly<Record<string, DeviceTensor>>,
  ) {}

  async gradients(adapters: DeviceTensor, inputs: StepInputs, weightOf: readonly number[], dropout: Readonly<Record<string, HostTensor>>): Promise<StepGradients> {
    const outputs = await this.run(true, adapters, inputs, weightOf, dropout);
    return { gradients: outputs.get('gradients'), losses: losses(outputs, inputs) };
  }

  async losses(adapters: DeviceTensor, inputs: StepInputs): Promise<StepLosses> {
    return losses(await this.run(false, adapters, inputs, Array.from({ length: this.rows.adapters }, () => 0), {}), inputs);
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
  }

  private async run(train: boolean, adapters: DeviceTensor, inputs: StepInputs, weightOf: readonly number[], more: Readonly<Record<string, HostTensor>>): Promise<Outputs> {
    const { ids, positions, segments, places } = inputs;
    const total = rowCount(this.rows);
    const capture = this.model.device.kind === 'webgpu';
    const grain = capture ? Math.ceil(total / CAPTURED_SIZES) : GRAIN;
    const count = Math.max(1, Math.ceil(places.length / grain)) * grain;
    const session = await this.session(train, capture ? { count, open: false } : { count: total + GRAIN, open: true });
    return session.run({ ids, positions, segments, adapters, ...headFeeds(inputs, 0, places.length, count, total, weightOf), ...more });
  }

  private session(train: boolean, losses: LossCount): Promise<Session> {
    const key = `${train}/${losses.count}`;
    const known = this.sessions.get(key);
    if (known) return known;
    const program = this.model.device.program(this.build(train, losses), { capture: !losses.open });
    this.programs.push(program);
    const session = program.bind(this.parameters);
    this.sessions.set(key, session);
    return session;
  }
}

/** LoRA over frozen weights. */
export function loraEngine(shape: StepShape): WholeEngine {
  const { model, rows } = shape;
  const bindings = model.layers.map((_, layer) => layerBindings(model, layer, `layer${layer}.`));
  return new WholeEngine(model, rows, (train, losses) => wholeGraph(shape, train, losses), Object.assign({}, model.outer, ...bindings) as Record<string, DeviceTensor>);
}

async function losses(outputs: Outputs, { places }: StepInputs): Promise<StepLosses> {
  try {
    const [loss, correct] = await Promise.all([readFloats(outputs.get('loss')), readFloats(outputs.get('correct'))]);
    return { loss: loss.subarray(0, places.length), correct: correct.subarray(0, places.length) };
  } finally {
    outputs.dispose(['gradients']);
  }
}
