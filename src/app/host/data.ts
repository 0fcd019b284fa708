/** The data worker's side of the lab: imports, queries, compositions, statistics and exports. */
import type { DataApi, WorkerSettings } from '../../../workers/protocol.ts';
import { EVENTS_CHANNEL } from '../../../workers/protocol.ts';
import { LabError } from '../../core/errors.ts';
import { clearInbox } from '../../storage/inbox.ts';
import { renderExamples } from '../../engine/text/chat.ts';
import { storageUse, Store } from '../../storage/index.ts';
import { anyRunLockHeld } from '../../studies/lock.ts';
import { trainingMessages } from '../../studies/prompting.ts';
import { RUBRIC_TEXT } from '../../world/index.ts';
import type { Lab } from '../facade.ts';
import { holdLifeline } from '../lifeline.ts';
import '../wire.ts';
import { AdapterLibrary } from './adapters.ts';
import { BenchmarkLibrary } from './benchmarks.ts';
import { DatasetLibrary } from './datasets.ts';
import { MixDesk } from './mixes.ts';
import { ModelLibrary } from './models.ts';
import { discardEverything } from '../../hub/pieces.ts';
import { promptLibrary } from './study-data.ts';
import { StudyDesk } from './studies.ts';
import type { StudyEvent } from '../../records/study.ts';

export class DataHost implements DataApi {
  lab!: DataApi['lab'];
  models!: DataApi['models'];
  adapters!: DataApi['adapters'];
  datasets!: DataApi['datasets'];
  benchmarks!: DataApi['benchmarks'];
  mixes!: DataApi['mixes'];
  judges!: DataApi['judges'];
  studies!: DataApi['studies'];

  alive(): void {}

  async open({ base, lifeline }: WorkerSettings): Promise<void> {
    await holdLifeline(lifeline);
    const store = await Store.open();
    const models = new ModelLibrary(store, base);
    const adapters = new AdapterLibrary(store);
    const datasets = new DatasetLibrary(store);
    const benchmarks = new BenchmarkLibrary(store);
    const events = new BroadcastChannel(EVENTS_CHANNEL);
    this.lab = { storage: storageUse, clear: () => clear(store) };
    this.models = {
      list: () => models.list(),
      importFiles: (...values) => models.importFiles(...values),
      inspectUrl: (...values) => models.inspectUrl(...values),
      importUrl: (...values) => models.importUrl(...values),
      downloads: () => models.downloads(),
      discard: (address) => models.discard(address),
      remove: (id) => models.remove(id),
      async inspect({ model, conversation, system_prompt, max_length = Infinity }) {
        const tokenizer = await models.tokenizer(model);
        const { examples } = renderExamples(tokenizer, trainingMessages(conversation, system_prompt));
        return examples.flatMap(({ ids, loss }, example) => ids.map((id, i) => ({ id, text: tokenizer.decode([id], { special: true }), loss: loss[i] === true, example, cut: i >= max_length })));
      },
    };
    this.adapters = adapters;
    this.datasets = {
      list: () => datasets.list(),
      importFiles: (...values) => datasets.importFiles(...values),
      records: (id, page) => datasets.page(id, page),
      remove: (id) => datasets.remove(id),
    };
    this.benchmarks = {
      list: () => benchmarks.list(),
      importFiles: (...values) => benchmarks.importFiles(...values),
      questions: (...values) => benchmarks.questions(...values),
      remove: (id) => benchmarks.remove(id),
    };
    this.mixes = new MixDesk(datasets);
    this.judges = {
      prompts: async (id) => (await promptLibrary(benchmarks, id)).texts((await benchmarks.get(id)).summary.languages),
      rubric: async () => RUBRIC_TEXT,
    };
    this.studies = new StudyDesk({ store, models, adapters, datasets, benchmarks, publish: (event: StudyEvent) => events.postMessage(event) });
  }
}

async function clear(store: Store): ReturnType<Lab['clear']> {
  if (await anyRunLockHeld()) throw new LabError('studies.busy', 'A study is running in a tab of this browser, so its storage cannot be emptied.', 'Cancel the study first.');
  await store.clear();
  await clearInbox();
  await discardEverything();
}
