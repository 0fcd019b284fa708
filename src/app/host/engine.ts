/** The engine worker's side of the lab: the study queue, chats and the judge's keys. */
import { EVENTS_CHANNEL, type EngineApi, type RestartRequest, type WorkerSettings } from '../../../workers/protocol.ts';
import { LabError } from '../../core/errors.ts';
import { probeJudge, PromptLibrary } from '../../judging/index.ts';
import { Store } from '../../storage/index.ts';
import { StudyRunner } from '../../studies/runner.ts';
import { holdLifeline } from '../lifeline.ts';
import '../wire.ts';
import { BenchmarkLibrary } from './benchmarks.ts';
import { ChatDesk } from './chat.ts';
import { DatasetLibrary } from './datasets.ts';
import { KeyRing } from './keys.ts';
import { ModelLibrary } from './models.ts';
import { ServiceWorkerRelay } from './relay.ts';
import { makeJudge, studyData } from './study-data.ts';
import { ComputeEngine } from './study-engine.ts';
import type { StudyEvent } from '../../records/study.ts';

/** Has the page put another worker in place of this one: whoever waits for the device will be answered by that one. */
function startAgain(why: string): Promise<never> {
  globalThis.postMessage({ restartWithStockRuntime: why } satisfies RestartRequest);
  return new Promise(() => {});
}

export class EngineHost implements EngineApi {
  lab!: EngineApi['lab'];
  models!: EngineApi['models'];
  judges!: EngineApi['judges'];
  studies!: EngineApi['studies'];

  alive(): void {}

  async open({ base, device, lifeline, stockRuntime }: WorkerSettings): Promise<void> {
    await holdLifeline(lifeline);
    const store = await Store.open();
    const engine = new ComputeEngine({ device, stock: stockRuntime, startAgain }, new ModelLibrary(store, base));
    const keys = new KeyRing(store);
    const events = new BroadcastChannel(EVENTS_CHANNEL);
    const runner = new StudyRunner({ store, engine, data: studyData(new DatasetLibrary(store), new BenchmarkLibrary(store), keys), relay: new ServiceWorkerRelay(), publish: (event: StudyEvent) => events.postMessage(event) });
    const chats = new ChatDesk(engine, store, () => {
      if (runner.current !== null) throw new LabError('studies.busy', 'The engine is busy with a study.', 'Pause the study, or wait until it is done.', { study: runner.current });
    });

    const begin = async (work: () => Promise<void>): Promise<void> => {
      chats.release();
      await work();
    };
    this.lab = { device: () => engine.report() };
    this.models = { chat: (request) => chats.chat(request) };
    this.judges = {
      setKey: (baseUrl, key, options) => keys.set(baseUrl, key, options?.remember ?? false),
      forgetKey: (baseUrl) => keys.forget(baseUrl),
      keyState: (baseUrl) => keys.state(baseUrl),
      probe: (judge) => probeJudge(makeJudge(judge, new PromptLibrary(), keys)),
    };
    this.studies = {
      start: (id) => begin(() => runner.start(id)),
      pause: (id) => runner.pause(id),
      cancel: (id) => runner.cancel(id),
      retry: (id) => begin(() => runner.retry(id)),
      async resumeInterrupted() {
        for (const { id, status } of await store.studies.list()) {
          if (status !== 'running' && status !== 'pausing') continue;
          try {
            await begin(() => runner.start(id));
            return id;
          } catch (thrown) {
            // Another tab is at it.
            if (!(thrown instanceof LabError && thrown.code === 'studies.busy')) throw thrown;
          }
        }
        return null;
      },
    };
  }
}
