/** The whole store: one connection, one object a kind of thing. */
import { AdapterStore } from './adapters.ts';
import { AnswerStore } from './answers.ts';
import { BenchmarkStore } from './benchmarks.ts';
import { CallStore } from './calls.ts';
import { Database } from './database.ts';
import { DatasetStore } from './datasets.ts';
import type { StoreName } from './schema.ts';
import { ModelStore } from './models.ts';
import { SettingStore } from './settings.ts';
import { StudyStore } from './studies.ts';

export class Store {
  readonly models: ModelStore;
  readonly datasets: DatasetStore;
  readonly benchmarks: BenchmarkStore;
  readonly studies: StudyStore;
  readonly answers: AnswerStore;
  readonly calls: CallStore;
  readonly settings: SettingStore;
  readonly adapters: AdapterStore;

  private constructor(private readonly db: Database) {
    this.models = new ModelStore(db);
    this.datasets = new DatasetStore(db);
    this.benchmarks = new BenchmarkStore(db);
    this.studies = new StudyStore(db);
    this.answers = new AnswerStore(db);
    this.calls = new CallStore(db);
    this.settings = new SettingStore(db);
    this.adapters = new AdapterStore(db);
  }

  /** @throws LabError `storage.unavailable`, `storage.blocked`, `storage.newer` */
  static async open(name?: string): Promise<Store> {
    return new Store(await Database.open(name));
  }

  /** Empties every store in one transaction. */
  async clear(): Promise<void> {
    await this.db.write(EVERYTHING, async (tx) => {
      for (const name of EVERYTHING) await tx.objectStore(name).clear();
    });
  }

  close(): void {
    this.db.close();
  }
}

const EVERYTHING: StoreName[] = ['models', 'modelFiles', 'datasets', 'records', 'benchmarks', 'studies', 'studyQuestions', 'cells', 'losses', 'checkpoints', 'adapters', 'answers', 'judgments', 'calls', 'settings'];
