/** The benchmarks the lab has: the embedded world's and those kept in this browser. */
import { EMPTY_BENCHMARK, mergeBenchmarks, parseBenchmark, summarise } from '../../data/benchmarks/index.ts';
import { LabError } from '../../core/errors.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Category, Question } from '../../records/question.ts';
import type { Store } from '../../storage/index.ts';
import { isEmbedded } from '../../catalog/embedded.ts';
import { WORLD_BENCHMARK_ID, WORLD_LANGUAGES, worldBenchmark } from '../../world/index.ts';
import type { BenchmarksApi } from '../facade.ts';
import { freeId } from './ids.ts';
import type { Benchmark, BenchmarkSummary } from '../../records/benchmark.ts';
import type { ImportReport } from '../../records/import-report.ts';

interface Entry {
  summary: BenchmarkSummary;
  content: Benchmark;
}

export class BenchmarkLibrary {
  private embedded: Entry | null = null;

  constructor(private readonly store: Store) {}

  async list(): Promise<BenchmarkSummary[]> {
    return [this.world().summary, ...(await this.store.benchmarks.list()).map((row) => row.summary)];
  }

  /** @throws LabError `benchmarks.not-found` */
  async get(id: string): Promise<Entry> {
    if (isEmbedded(id)) return this.world();
    const row = await this.store.benchmarks.get(id);
    if (!row) throw new LabError('benchmarks.not-found', `There is no benchmark "${id}" in this browser.`, `Import it, or use one of: ${(await this.list()).map((benchmark) => benchmark.id).join(', ')}.`, { id });
    return row;
  }

  async questions(id: string, filter: { language?: LanguageCode; category?: Category } = {}): Promise<Question[]> {
    const { questions } = (await this.get(id)).content;
    return questions.filter((question) => (!filter.language || question.language === filter.language) && (!filter.category || question.category === filter.category));
  }

  /** Adds to the benchmark of that id, if there is one. */
  async importFiles(files: readonly File[], options: Parameters<BenchmarksApi['importFiles']>[1] = {}): Promise<ImportReport<BenchmarkSummary>> {
    if (options.id !== undefined && isEmbedded(options.id)) throw new LabError('benchmarks.embedded', `"${options.id}" ships with the page and cannot be changed.`, 'Choose another id.', { id: options.id });
    const { language, into, referencesBy } = options;
    const earlier = options.id === undefined ? undefined : await this.store.benchmarks.get(options.id);
    const { benchmark, report } = await parseBenchmark(files, { language, into, referencesBy, known: earlier?.content.questions });
    if (report.records === 0) return { imported: null, ...report };
    const content = mergeBenchmarks(earlier?.content ?? EMPTY_BENCHMARK, benchmark);
    const name = options.name ?? earlier?.summary.name ?? 'MT-Bench-X';
    const id = options.id ?? freeId(name.toLowerCase(), (await this.list()).map((summary) => summary.id));
    const summary: BenchmarkSummary = { id, name, origin: 'files', ...summarise(content) };
    await this.store.benchmarks.put({ id, summary, content }, { needed: files.reduce((sum, file) => sum + file.size, 0) });
    return { imported: summary, ...report };
  }

  async remove(id: string): Promise<void> {
    if (isEmbedded(id)) throw new LabError('benchmarks.embedded', `${id} ships with the page and cannot be removed.`, 'Only imported benchmarks take up storage.', { id });
    await this.store.benchmarks.remove(id);
  }

  private world(): Entry {
    if (this.embedded) return this.embedded;
    const content: Benchmark = { ...EMPTY_BENCHMARK, questions: WORLD_LANGUAGES.flatMap((code) => worldBenchmark(code)) };
    this.embedded = { content, summary: { id: WORLD_BENCHMARK_ID, name: 'MT-Bench-X (world)', origin: 'embedded', ...summarise(content) } };
    return this.embedded;
  }
}
