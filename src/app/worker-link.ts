/**
 * The page's end of one worker: starts it when it is first needed, forwards calls, and notices when it is lost. A worker
 * that crashes says nothing, and calls to it would wait for ever; but the Web Lock it holds is freed. One that is stuck
 * (WebAssembly waiting for a thread that the browser has ended) keeps its lock, but leaves signs of life unanswered.
 */
import { wrap, type Remote } from 'comlink';
import { LabError } from '../core/errors.ts';
import { stuck } from './pulse.ts';
import { forward } from './relay.ts';
import { wired } from './wire.ts';
import { isRelayMessage, isRestartRequest, type WorkerSettings } from '../../workers/protocol.ts';

type Methods = Record<string, (...values: unknown[]) => Promise<unknown>>;
type Target = Record<string, Methods>;

/** A run of a graph blocks the worker's event loop while it lasts; the longest are those of large models on WebAssembly. */
const PATIENCE_SECONDS = 300;

/** Of the loss that nobody sees: the call is made again. */
const RESTARTED = 'app.worker-restarted';

interface Connection {
  target: Target;
  /** Rejects when the worker is lost. */
  death: Promise<never>;
}

export class WorkerLink {
  private connection: Promise<Connection> | null = null;

  /**
   * @param name for messages: `engine`
   * @param spawn starts the worker
   * @param onDeath told once for each worker that is lost
   * @param patience seconds without a sign of life after which a worker counts as stuck
   */
  constructor(
    private readonly name: string,
    private readonly spawn: () => Worker,
    private settings: Omit<WorkerSettings, 'lifeline'>,
    private readonly onDeath: () => void = () => {},
    private readonly patience = PATIENCE_SECONDS,
  ) {}

  get started(): boolean {
    return this.connection !== null;
  }

  /**
   * A call that finds a runtime which computes wrongly is made again, of a worker with another one.
   * @throws whatever the method throws, or LabError `app.worker-lost` or `app.worker-stuck` when the worker is lost meanwhile
   */
  async call(room: string, method: string, values: readonly unknown[] = []): Promise<unknown> {
    const { target, death } = await (this.connection ??= this.connect());
    const methods = target[room] as Methods;
    try {
      return await Promise.race([(methods[method] as Methods[string])(...values.map(wired)), death]);
    } catch (thrown) {
      if (thrown instanceof LabError && thrown.code === RESTARTED) return this.call(room, method, values);
      throw thrown;
    }
  }

  private async connect(): Promise<Connection> {
    const worker = this.spawn();
    const lifeline = `pinch-lab/lifeline/${crypto.randomUUID()}`;
    const remote = wrap<{ open(settings: WorkerSettings): Promise<void>; alive(): void }>(worker);
    const broken = new Promise<never>((_, reject) => {
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        reject(new LabError('app.worker-broken', `The lab's ${this.name} could not be started: ${event.message || 'its script did not load'}.`, 'Check the connection and reload the page.', { worker: this.name }));
      });
    });
    broken.catch(() => {});
    try {
      await Promise.race([remote.open({ ...this.settings, lifeline }), broken]);
    } catch (thrown) {
      this.connection = null;
      worker.terminate();
      throw thrown;
    }
    worker.addEventListener('message', ({ data }) => {
      if (isRelayMessage(data)) forward(data.relay, worker);
    });
    const watch = new AbortController();
    const crashed = navigator.locks.request(lifeline, () => {}).then(() => new LabError('app.worker-lost', `The lab's ${this.name} stopped without a word; the browser may have run out of memory.`, 'It starts again by itself. Everything stored is kept; close other heavy tabs, or use smaller settings.', { worker: this.name }));
    const silent = stuck(() => remote.alive(), this.patience, watch.signal).then(() => new LabError('app.worker-stuck', `The lab's ${this.name} has not answered for ${this.patience} seconds.`, 'It starts again by itself. Everything stored is kept; if it happens again, use smaller settings.', { worker: this.name }));
    const unsound = new Promise<LabError>((resolve) => {
      worker.addEventListener('message', ({ data }) => {
        // The published runtime asks for no other one, so a worker starts again once at most.
        if (!isRestartRequest(data) || this.settings.stockRuntime !== null) return;
        this.settings = { ...this.settings, stockRuntime: data.restartWithStockRuntime };
        resolve(new LabError(RESTARTED, `The lab's ${this.name} started again with ONNX Runtime as it is published: ${data.restartWithStockRuntime}.`, 'Nothing is to be done.', { worker: this.name }));
      });
    });
    const death = Promise.race([crashed, silent, unsound]).then((loss): never => {
      watch.abort();
      this.connection = null;
      worker.terminate();
      this.onDeath();
      throw loss;
    });
    death.catch(() => {});
    return { target: remote as unknown as Remote<object> as unknown as Target, death };
  }
}
