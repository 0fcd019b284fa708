/**
 * The page's end of the lab: `window.lab`. It computes nothing; each call goes to the worker that the table names, and
 * study events come back over a BroadcastChannel, so every open page of the lab shows the same.
 */
import { version } from '../../package.json';
import { EVENTS_CHANNEL } from '../../workers/protocol.ts';
import { LabError, type ErrorRecord } from '../core/errors.ts';
import { requestPersistence } from '../storage/quota.ts';
import type { ManifestInput } from '../records/manifest.ts';
import { readOptions, type PageOptions } from './address.ts';
import type { AdaptersApi, BenchmarksApi, DatasetsApi, DeviceReport, JudgesApi, Lab, MixesApi, ModelsApi, StudiesApi } from './facade.ts';
import { WorkerLink } from './worker-link.ts';
import type { FitOptions } from '../records/model.ts';
import type { StudyEvent, StudyState } from '../records/study.ts';

type Place = 'engine' | 'data';

/** Which worker does what. `studies.wait`, `run` and `subscribe` are the page's own. */
const ROUTES = {
  models: { list: 'data', importFiles: 'data', inspectUrl: 'data', importUrl: 'data', downloads: 'data', discard: 'data', remove: 'data', chat: 'engine', inspect: 'data' },
  adapters: { list: 'data', importFiles: 'data', remove: 'data' },
  datasets: { list: 'data', importFiles: 'data', records: 'data', remove: 'data' },
  benchmarks: { list: 'data', importFiles: 'data', questions: 'data', remove: 'data' },
  mixes: { plans: 'data', records: 'data' },
  judges: { setKey: 'engine', forgetKey: 'engine', keyState: 'engine', probe: 'engine', prompts: 'data', rubric: 'data' },
  studies: {
    validate: 'data', homeManifest: 'data', create: 'data', list: 'data', get: 'data', remove: 'data', losses: 'data', answers: 'data', judgments: 'data', results: 'data',
    estimateJudging: 'data', plan: 'data', exportBundle: 'data', importBundle: 'data', importAnswers: 'data', exportAdapter: 'data', exportModel: 'data', exportAnswers: 'data', exportJudgments: 'data',
    start: 'engine', pause: 'engine', cancel: 'engine', retry: 'engine',
  },
} as const satisfies {
  models: Record<keyof ModelsApi, Place>;
  adapters: Record<keyof AdaptersApi, Place>;
  datasets: Record<keyof DatasetsApi, Place>;
  benchmarks: Record<keyof BenchmarksApi, Place>;
  mixes: Record<keyof MixesApi, Place>;
  judges: Record<keyof JudgesApi, Place>;
  studies: Record<Exclude<keyof StudiesApi, 'wait' | 'run' | 'subscribe'>, Place>;
};

/** Opens the lab on this page. The workers start when they are first needed. */
export function createLab(options: PageOptions = readOptions(new URL(location.href)), base: string = document.baseURI): PageLab {
  return new PageLab(options, base);
}

export class PageLab implements Lab {
  readonly version = version;
  readonly models = this.weighing(this.room('models') as unknown as ModelsApi);
  readonly adapters = this.room('adapters') as unknown as AdaptersApi;
  readonly datasets = this.room('datasets') as unknown as DatasetsApi;
  readonly benchmarks = this.room('benchmarks') as unknown as BenchmarksApi;
  readonly mixes = this.room('mixes') as unknown as MixesApi;
  readonly judges = this.room('judges') as unknown as JudgesApi;
  readonly studies: StudiesApi;

  private readonly links: Record<Place, WorkerLink>;
  private readonly listeners = new Set<(event: StudyEvent) => void>();
  /** The study this page set going, when (seconds since 1970), and where it stood when its engine was lost under it last. */
  private active: { id: string; since: number; stood: string | null } | null = null;

  /** @param patience seconds without a sign of life after which a worker counts as stuck; the default suits every model */
  constructor(options: PageOptions, base: string, patience?: number) {
    const settings = { base, device: options.device, stockRuntime: null };
    this.links = {
      engine: new WorkerLink('engine', () => new Worker(new URL('../../workers/engine.ts', import.meta.url), { type: 'module', name: 'engine' }), settings, () => void this.recover(), patience),
      data: new WorkerLink('data worker', () => new Worker(new URL('../../workers/data.ts', import.meta.url), { type: 'module', name: 'data' }), settings, undefined, patience),
    };
    const events = new BroadcastChannel(EVENTS_CHANNEL);
    events.addEventListener('message', ({ data }: MessageEvent<StudyEvent>) => this.announce(data));
    const remote = this.room('studies') as unknown as Omit<StudiesApi, 'wait' | 'run' | 'subscribe'>;
    this.studies = {
      ...remote,
      start: async (id) => {
        void requestPersistence();
        this.active = begun(id);
        await remote.start(id);
      },
      retry: async (id) => {
        this.active = begun(id);
        await remote.retry(id);
      },
      wait: (id, signal) => this.wait(id, signal),
      run: (input, onEvent) => this.run(input, onEvent),
      subscribe: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    };
  }

  device(): Promise<DeviceReport> {
    return this.links.engine.call('lab', 'device') as Promise<DeviceReport>;
  }

  storage(): ReturnType<Lab['storage']> {
    return this.links.data.call('lab', 'storage') as ReturnType<Lab['storage']>;
  }

  async clear(): Promise<void> {
    await this.links.data.call('lab', 'clear');
  }

  /** Goes on with the study that was running when its tab was closed or reloaded. @returns its id, or null */
  async resumeInterrupted(): Promise<string | null> {
    const id = (await this.links.engine.call('studies', 'resumeInterrupted')) as string | null;
    if (id !== null) this.active = begun(id);
    return id;
  }

  private room(name: keyof typeof ROUTES): Record<string, (...values: unknown[]) => Promise<unknown>> {
    const methods = Object.entries(ROUTES[name] as Record<string, Place>);
    return Object.fromEntries(methods.map(([method, place]) => [method, (...values: unknown[]) => this.links[place].call(name, method, values)]));
  }

  /** Models are judged by this device, which the engine knows and the data worker does not, unless a caller names another. */
  private weighing(models: ModelsApi): ModelsApi {
    const here = async <T extends FitOptions>(options: T = {} as T): Promise<T> => {
      if (options.device) return options;
      const { kind, largestBuffer = null } = await this.device();
      return { ...options, device: kind, largestBuffer };
    };
    return {
      ...models,
      inspectUrl: async (address, options) => models.inspectUrl(address, await here(options)),
      importUrl: async (address, onProgress, signal, options) => models.importUrl(address, onProgress, signal, await here(options)),
      importFiles: async (files, onProgress, signal, options) => models.importFiles(files, onProgress, signal, await here(options)),
    };
  }

  private announce(event: StudyEvent): void {
    const { active } = this;
    // What happened before it was started (that it was created, or paused) may be heard only now.
    if (active && event.study === active.id && event.state.updated > active.since && !['running', 'pausing'].includes(event.state.status)) this.active = null;
    for (const listener of this.listeners) listener(event);
  }

  /** The engine was lost. What it was running goes on from its last checkpoint; losing it again before anything more was stored fails the study. */
  private async recover(): Promise<void> {
    const { active } = this;
    if (!active) return;
    const error = new LabError('app.worker-lost', 'The engine stopped twice at the same place of this study; the browser may be out of memory.', 'Close other tabs, or lower per_device_train_batch_size, max_length or adapters_per_pass. Retry goes on from the last checkpoint.');
    try {
      const stands = (await this.links.data.call('studies', 'standing', [active.id])) as string;
      if (stands === active.stood) throw error;
      active.stood = stands;
      await this.links.engine.call('studies', 'start', [active.id]);
    } catch (thrown) {
      await this.links.data.call('studies', 'markFailed', [active.id, LabError.from(thrown, 'app.worker-lost', error.hint).toRecord()]);
    }
  }

  private wait(id: string, signal?: AbortSignal): Promise<StudyState> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.listeners.delete(listen);
        signal?.removeEventListener('abort', aborted);
        settle();
      };
      const look = (state: StudyState): void => {
        if (state.status === 'done') end(() => resolve(state));
        if (state.status === 'failed') end(() => reject(state.error ? LabError.fromRecord(state.error) : new LabError('studies.failed', `The study "${state.name}" failed.`, 'Retry it.')));
        if (state.status === 'paused' && state.error) end(() => reject(LabError.fromRecord(state.error as ErrorRecord)));
        if (state.status === 'cancelled') end(() => reject(new LabError('studies.cancelled', `The study "${state.name}" was cancelled.`, 'Start it to go on from where it was.', { id })));
      };
      const listen = (event: StudyEvent): void => {
        if (event.study === id) look(event.state);
      };
      const aborted = (): void => end(() => reject(signal?.reason));
      if (signal?.aborted) return aborted();
      signal?.addEventListener('abort', aborted, { once: true });
      this.listeners.add(listen);
      this.studies.get(id).then(look, (thrown: unknown) => end(() => reject(thrown)));
    });
  }

  private async run(input: ManifestInput, onEvent?: (event: StudyEvent) => void): Promise<StudyState> {
    const { id } = await this.studies.create(input);
    const stop = onEvent ? this.studies.subscribe((event) => event.study === id && onEvent(event)) : () => {};
    try {
      await this.studies.start(id);
      return await this.wait(id);
    } finally {
      stop();
    }
  }
}

function begun(id: string): { id: string; since: number; stood: string | null } {
  return { id, since: Date.now() / 1000, stood: null };
}
