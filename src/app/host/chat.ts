/** One chat with the untuned model or with a study's adapter, for trying things out. */
import { LabError } from '../../core/errors.ts';
import type { Store } from '../../storage/index.ts';
import type { StudyEngine, StudyGenerator, StudyModel } from '../../studies/engine.ts';
import { renderPrompt } from '../../engine/text/chat.ts';
import type { ModelsApi } from '../facade.ts';

type Request = Parameters<ModelsApi['chat']>[0];

/** Long enough for a paragraph. */
const DEFAULT_NEW_TOKENS = 128;

export class ChatDesk {
  /** The last generator made: a conversation asks the same one again, as long as its model is the one that is loaded. */
  private last: { key: string; model: StudyModel; generator: StudyGenerator } | null = null;
  /** The last chat that was asked for. They take turns: there is one generator, and at most one model. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @param admit throws where no chat may be answered now */
  constructor(
    private readonly engine: StudyEngine,
    private readonly store: Store,
    private readonly admit: () => void,
  ) {}

  async chat(request: Request): ReturnType<ModelsApi['chat']> {
    this.admit();
    const answer = this.turn.then(() => this.answer(request));
    this.turn = answer.catch(() => {});
    return answer;
  }

  private async answer(request: Request): ReturnType<ModelsApi['chat']> {
    // A study may have begun while others had their turn.
    this.admit();
    const { model: id, messages, max_new_tokens = DEFAULT_NEW_TOKENS, temperature = 0, seed = 0 } = request;
    const manifest = request.study === undefined ? undefined : (await this.store.studies.get(request.study))?.manifest;
    // An adapter answers over the weights it was tuned on.
    const model = await this.engine.model(id, manifest?.storage);
    let start = 0;
    const [result] = await this.guarded(async () => {
      const generator = await this.generator(request, model);
      start = performance.now();
      return generator.generate(
        [{ id: 'chat', adapter: 0, prompt: renderPrompt(model.tokenizer, messages), maxNewTokens: max_new_tokens, temperature, topP: 1, topK: 0, repetitionPenalty: 1, seed: `chat/${seed}` }],
        { signal: new AbortController().signal, onResult: () => {} },
      );
    });
    if (!result) throw new LabError('models.no-answer', `${id} gave no answer.`, 'This is a fault of the lab.', { id });
    return { text: model.tokenizer.decode(result.tokens).trim(), tokens: result.tokens.length, seconds: (performance.now() - start) / 1000 };
  }

  /** Frees what the last chat used; a study needs the memory. */
  release(): void {
    this.last?.generator.dispose();
    this.last = null;
  }

  /** Work on a lost device may never end; and a generator that has failed is not asked again. */
  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    const gone = this.engine.lost().then((error): never => {
      throw error;
    });
    gone.catch(() => {});
    try {
      return await Promise.race([work(), gone]);
    } catch (thrown) {
      this.release();
      throw thrown;
    }
  }

  private async generator({ model: id, study, cell }: Request, model: StudyModel): Promise<StudyGenerator> {
    const key = JSON.stringify([id, study ?? null, cell ?? null]);
    if (this.last?.key === key && this.last.model === model) return this.last.generator;
    this.release();
    const generator = await model.generator(study !== undefined && cell !== undefined ? [await this.adapter(study, cell)] : []);
    this.last = { key, model, generator };
    return generator;
  }

  private async adapter(study: string, cell: string): Promise<NonNullable<Awaited<ReturnType<Store['studies']['adapter']>>>> {
    const adapter = await this.store.studies.adapter(study, cell);
    if (!adapter) throw new LabError('studies.no-adapter', `The study has no adapter for ${cell}.`, 'Adapters are there once a cell has been trained; the untuned model has none.', { study, cell });
    return adapter;
  }
}
