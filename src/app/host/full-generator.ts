/** Answers with models all of whose weights were tuned: each is a base of its own, so they take turns. */
import { Generator, type GenerationRequest, type GenerationResult } from '../../engine/generation/index.ts';
import { type BaseModel, createBaseModel } from '../../engine/models/base-model.ts';
import { checkpointOf } from '../../engine/models/checkpoint.ts';
import type { StudyGenerator } from '../../studies/engine.ts';
import type { FullWeights } from '../../records/adapter.ts';

export class FullGenerator implements StudyGenerator {
  /** The last one asked: a conversation asks the same one again. */
  private last: { index: number; model: BaseModel; generator: Generator } | null = null;

  constructor(
    private readonly base: BaseModel,
    private readonly tuned: readonly FullWeights[],
    private readonly stops: readonly number[],
  ) {}

  /** @throws what `Generator.generate` throws; LabError `models.weights` for weights of another base */
  async generate(requests: readonly GenerationRequest[], options: Parameters<StudyGenerator['generate']>[1]): Promise<GenerationResult[]> {
    const results = new Map<string, GenerationResult>();
    for (const index of new Set(requests.map(({ adapter }) => adapter))) {
      const generator = await this.of(index);
      const own = requests.filter(({ adapter }) => adapter === index).map((request) => ({ ...request, adapter: 0 }));
      for (const result of await generator.generate(own, options)) results.set(result.id, result);
    }
    return requests.map(({ id }) => results.get(id) as GenerationResult);
  }

  dispose(): void {
    void this.last?.generator.dispose();
    this.last?.model.dispose();
    this.last = null;
  }

  private async of(index: number): Promise<Generator> {
    if (this.last?.index === index) return this.last.generator;
    this.dispose();
    const { config, device } = this.base;
    const model = await createBaseModel(checkpointOf(config, (this.tuned[index] as FullWeights).tensors, 'the tuned weights'), device);
    const generator = await Generator.create(model, [], { stops: this.stops });
    this.last = { index, model, generator };
    return generator;
  }
}
