/** Compiled graphs of one generator, kept while they fit: on WASM those that read weights hold a copy of them. */
import type { BaseModel } from '../models/base-model.ts';
import type { DeviceTensor, Program, Session } from '../runtime/index.ts';
import type { Graph } from '../onnx/index.ts';
import { decodeLoop } from './decode-loop.ts';
import { prefillGraph } from './prefill-graph.ts';
import { samplingKey } from './sampling.ts';
import type { GenerationShape } from './shape.ts';

const GRAPHS = { prefill: prefillGraph, loop: decodeLoop } as const satisfies Record<string, (shape: GenerationShape) => Graph>;
export type GraphKind = keyof typeof GRAPHS;

/** Weights that compiled graphs may hold together on WASM before the longest unused is given up. */
const WEIGHT_BYTES = 512 * 2 ** 20;
/** On WebGPU they hold none. */
const GRAPHS_KEPT = 8;

export class Sessions {
  /** In the order of their last use. */
  private readonly kept = new Map<string, { program: Program; session: Session }>();
  /** The model's weights by the names that graphs declare them under. */
  readonly parameters: Readonly<Record<string, DeviceTensor>>;
  private readonly most: number;

  constructor(private readonly model: BaseModel) {
    const { outer, layers } = model;
    this.parameters = { ...outer, ...Object.fromEntries(layers.flatMap((weights, i) => Object.entries(weights).map(([name, tensor]) => [`layer${i}.${name}`, tensor]))) };
    const bytes = Object.values(this.parameters).reduce((sum, tensor) => sum + tensor.bytes, 0);
    this.most = model.device.kind === 'webgpu' ? GRAPHS_KEPT : Math.max(2, Math.floor(WEIGHT_BYTES / bytes));
  }

  async get(kind: GraphKind, shape: GenerationShape): Promise<Session> {
    const key = [kind, shape.adapters, shape.batch, kind === 'loop' ? samplingKey(shape.sampling) : ''].join('/');
    let found = this.kept.get(key);
    if (found) {
      this.kept.delete(key);
    } else {
      for (const [oldest, { program }] of this.kept) {
        if (this.kept.size < this.most) break;
        this.kept.delete(oldest);
        await program.dispose();
      }
      const program = this.model.device.program(GRAPHS[kind](shape));
      found = { program, session: await program.bind(this.parameters) };
    }
    this.kept.set(key, found);
    return found.session;
  }

  async dispose(): Promise<void> {
    const programs = [...this.kept.values()];
    this.kept.clear();
    for (const { program } of programs) await program.dispose();
  }
}
