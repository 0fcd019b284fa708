/** The models the lab has: those that ship with the page and those kept in this browser. */
import type { OnProgress } from '../../core/progress.ts';
import { LabError } from '../../core/errors.ts';
import { readCheckpoint, verifyCheckpoint, weightFiles } from '../../engine/models/checkpoint.ts';
import { FAMILIES, parseConfig } from '../../engine/models/config.ts';
import { adaptables, weightShapes } from '../../engine/models/plan.ts';
import type { Store } from '../../storage/index.ts';
import { isEmbedded, WORLD_MODEL } from '../../catalog/embedded.ts';
import { addedIds, loadTokenizer, type Tokenizer } from '../../engine/text/tokenizer.ts';
import { templateNotes } from '../../engine/text/turns.ts';
import type { Verdict } from '../../engine/training/fits.ts';
import type { ModelsApi } from '../facade.ts';
import { blobFiles } from './blob-files.ts';
import { downloadWeights, INDEX, type Plan, planDownload } from '../../hub/download.ts';
import { embeddedAddress, embeddedFiles, fetchFile } from '../../catalog/embedded-files.ts';
import { judgeSize, refuseUnfit } from '../../hub/fit.ts';
import { freeId } from './ids.ts';
import { discardPieces, unfinished } from '../../hub/pieces.ts';
import { weightsSize } from '../../hub/safetensors-header.ts';
import { findSource, parseAddress, type Source, type SourceOptions } from '../../hub/source.ts';
import { matchTokenizer } from './tokenizer-match.ts';
import type { ModelConfig } from '../../engine/models/model-config.ts';
import type { BaseReference } from '../../records/adapter.ts';
import type { FitOptions, ModelSummary, RemoteModel } from '../../records/model.ts';
import type { CheckpointFiles } from '../../records/checkpoint-files.ts';

/** Files that are kept beside the weights; whatever else lies in a picked folder is left. */
const KEPT = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja', 'generation_config.json', INDEX];

/** What is to be checked and stored. */
interface Brought {
  blobs: ReadonlyMap<string, Blob>;
  name: string | null;
  origin: 'files' | 'url';
  source?: string;
  /** Looks at the size of what would be stored, and refuses what does not fit. */
  weigh?(config: ModelConfig, bytes: number, name: string): Promise<void>;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

export class ModelLibrary {
  private embedded: Promise<ModelSummary> | null = null;
  /** By edition. */
  private readonly tokenizers = new Map<string, Promise<Tokenizer>>();

  /** @param base the page's address */
  constructor(
    private readonly store: Store,
    private readonly base: string,
  ) {}

  async list(): Promise<ModelSummary[]> {
    this.embedded ??= this.describeEmbedded().catch((thrown: unknown) => {
      this.embedded = null;
      throw thrown;
    });
    return [await this.embedded, ...(await this.store.models.list())];
  }

  /** Ids alone, which need nothing fetched. */
  async ids(): Promise<string[]> {
    return [WORLD_MODEL, ...(await this.store.models.list()).map((model) => model.id)];
  }

  /** Those of some models that came from the Hub, as other programs name them. */
  async bases(ids: readonly string[]): Promise<Record<string, BaseReference>> {
    return Object.fromEntries((await this.store.models.list()).flatMap(({ id, source }) => {
      const from = ids.includes(id) && source !== undefined ? parseAddress(source) : null;
      return from && 'repository' in from ? [[id, { name: from.repository, revision: from.revision }]] : [];
    }));
  }

  /** @throws LabError `storage.no-model` */
  async files(id: string): Promise<CheckpointFiles> {
    return isEmbedded(id) ? embeddedFiles(id, this.base) : blobFiles(await this.store.models.files(id));
  }

  async tokenizer(id: string): Promise<Tokenizer> {
    const edition = await this.edition(id);
    let tokenizer = this.tokenizers.get(edition);
    if (!tokenizer) {
      tokenizer = this.files(id).then(readTokenizer);
      this.tokenizers.set(edition, tokenizer);
      tokenizer.catch(() => this.tokenizers.delete(edition));
    }
    return tokenizer;
  }

  /** @throws what `readCheckpoint`, `verifyCheckpoint`, `loadTokenizer` and `matchTokenizer` throw; LabError `models.does-not-fit`, `storage.quota` */
  async importFiles(files: readonly File[], onProgress?: OnProgress, signal?: AbortSignal, { name, ...fit }: FitOptions & { name?: string } = {}): Promise<ModelSummary> {
    // Of files of one name the one furthest up counts: a folder of a checkpoint may hold other forms of it further down.
    const placed = files.map((file) => ({ file, path: file.webkitRelativePath.split('/') })).sort((a, b) => b.path.length - a.path.length);
    const folder = placed.at(-1)?.path.at(-2);
    const weigh = async (config: ModelConfig, bytes: number, called: string): Promise<void> => refuseUnfit(await judgeSize(config, bytes, bytes, fit), called, fit);
    return this.import({ blobs: new Map(placed.map(({ file }) => [file.name, file])), name: name ?? folder ?? null, origin: 'files', weigh, onProgress, signal });
  }

  /**
   * What there is at an address, and whether it fits: everything but the weights is fetched and checked.
   * @throws what `findSource`, `planDownload`, `parseConfig`, `loadTokenizer` and `matchTokenizer` throw
   */
  async inspectUrl(address: string, options: Parameters<ModelsApi['inspectUrl']>[1] = {}): Promise<RemoteModel> {
    const source = await findSource(address, options);
    const plan = await planDownload(source);
    const { config, fetched, verdict, notes } = await judgePlan(source, plan, options);
    return {
      address: source.address,
      name: source.name,
      revision: source.revision,
      files: [...[...plan.small].map(([name, { size }]) => ({ name, bytes: size })), ...plan.weights.map(({ name, size }) => ({ name, bytes: size }))],
      bytes: plan.total,
      fetched,
      parameters: [...weightShapes(config).values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0),
      architecture: (FAMILIES[config.model_type] as { architecture: string }).architecture,
      verdict,
      notes,
    };
  }

  /**
   * Fetches and stores a checkpoint; goes on where an earlier try stopped.
   * @throws what `inspectUrl`, `downloadWeights` and `importFiles` throw; LabError `models.does-not-fit` before weights are fetched
   */
  async importUrl(address: string, onProgress?: OnProgress, signal?: AbortSignal, options: FitOptions & SourceOptions = {}): Promise<ModelSummary> {
    const source = await findSource(address, options, signal);
    const plan = await planDownload(source, { signal });
    refuseUnfit((await judgePlan(source, plan, options)).verdict, source.name, options);
    const blobs = await downloadWeights(source, plan, { onProgress, signal });
    const summary = await this.import({ blobs, name: source.name, origin: 'url', source: source.revision ? `${source.address}@${source.revision}` : source.address, onProgress, signal });
    await discardPieces({ address: source.address });
    return summary;
  }

  downloads(): ReturnType<ModelsApi['downloads']> {
    return unfinished();
  }

  async discard(address: string): Promise<void> {
    await discardPieces({ address });
  }

  async remove(id: string): Promise<void> {
    if (isEmbedded(id)) throw new LabError('models.embedded', `${id} ships with the page and cannot be removed.`, 'Only imported models take up storage.', { id });
    this.tokenizers.delete(id);
    await this.store.models.remove(id);
  }

  /** Names one checkpoint for good: an id may be given again once its model is removed. */
  async edition(id: string): Promise<string> {
    const found = (await this.store.models.list()).find((model) => model.id === id);
    return `${id}@${found?.imported ?? 0}`;
  }

  /** Everything is checked before anything is stored. */
  private async import({ blobs, name, origin, source, weigh, onProgress, signal }: Brought): Promise<ModelSummary> {
    const files = blobFiles(blobs);
    const checkpoint = await readCheckpoint(files);
    const { config, parameters } = checkpoint;
    const names = new Set([...KEPT, ...(await weightFiles(files))]);
    const kept = new Map([...blobs].filter(([file]) => names.has(file)));
    const bytes = [...kept.values()].reduce((sum, blob) => sum + blob.size, 0);
    await weigh?.(config, bytes, name ?? `The ${config.model_type} checkpoint`);
    await verifyCheckpoint(checkpoint, onProgress);
    signal?.throwIfAborted();
    const notes = await tokenizerNotes(files, config);
    const id = freeId(name ?? config.model_type, await this.ids());
    const summary: ModelSummary = {
      id,
      name: name ?? id,
      architecture: (FAMILIES[config.model_type] as { architecture: string }).architecture,
      parameters,
      bytes,
      vocabSize: config.vocab_size,
      modules: modulesOf(config),
      origin,
      imported: Date.now(),
      ...(source ? { source } : {}),
      ...(notes.length > 0 ? { notes } : {}),
    };
    await this.store.models.put(summary, kept, { signal });
    return summary;
  }

  private async describeEmbedded(): Promise<ModelSummary> {
    const config = parseConfig(await embeddedFiles(WORLD_MODEL, this.base).json('config.json'));
    const { body } = await fetchFile(embeddedAddress(WORLD_MODEL, 'model.safetensors', this.base));
    const size = await weightsSize(body as ReadableStream<Uint8Array>, 'model.safetensors');
    return { id: WORLD_MODEL, name: 'World (dense)', architecture: (FAMILIES[config.model_type] as { architecture: string }).architecture, ...size, vocabSize: config.vocab_size, modules: modulesOf(config), origin: 'embedded' };
  }
}

/** What can be known of a download whose weights have not been fetched. What is here of it takes no more room. */
async function judgePlan(source: Source, plan: Plan, options: FitOptions): Promise<{ config: ModelConfig; fetched: number; verdict: Verdict; notes: string[] }> {
  const files = blobFiles(plan.small);
  const config = parseConfig(await files.json('config.json'));
  const notes = await tokenizerNotes(files, config);
  const known = (await unfinished()).find((one) => one.address === source.address);
  const fetched = known && known.revision === source.revision ? known.done : 0;
  return { config, fetched, verdict: await judgeSize(config, plan.total, 2 * plan.total - fetched, options), notes };
}

async function tokenizerNotes(files: CheckpointFiles, config: ModelConfig): Promise<string[]> {
  const tokenizer = await readTokenizer(files);
  return [...matchTokenizer(tokenizer, addedIds(await files.json('tokenizer.json')), config), ...templateNotes(tokenizer.template)];
}

function modulesOf(config: ModelConfig): string[] {
  return [...new Set(adaptables(config).map(({ module }) => module))];
}

/** @throws LabError `models.missing-file`, `text.tokenizer`, `text.no-eos` */
async function readTokenizer(files: CheckpointFiles): Promise<Tokenizer> {
  const template = files.names.includes('chat_template.jinja') ? new TextDecoder().decode(await files.bytes('chat_template.jinja')) : undefined;
  return loadTokenizer(await files.json('tokenizer.json'), files.names.includes('tokenizer_config.json') ? await files.json('tokenizer_config.json') : {}, template);
}
