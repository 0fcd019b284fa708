import type { Conversation } from '../../records/conversation.ts';
import { LabError } from '../../core/errors.ts';
import { languageName } from '../../core/language-names.ts';
import { languageFromPath, pathOf } from '../../core/language-tags.ts';
import type { LanguageCode } from '../../core/languages.ts';
import { type OnProgress, RateEstimate } from '../../core/progress.ts';
import { RowReader } from '../../files/rows.ts';
import { Collection } from './collection.ts';
import { FileImport } from './file-import.ts';
import { Findings } from './findings.ts';
import type { LayoutName } from './layouts.ts';
import type { ImportReport } from '../../records/import-report.ts';

export interface ParseOptions {
  /** The language of records that do not say their own; stronger than a file's name. */
  language?: LanguageCode;
}

export interface ParsedDataset {
  /** The layout of most records. */
  layout: LayoutName;
  records: Record<LanguageCode, Conversation[]>;
  report: Omit<ImportReport<never>, 'imported'>;
}

/**
 * Reads chat data from files: JSON Lines or one JSON array, gzipped or not, each in any one of `LAYOUTS`. Streams each file.
 * Bad rows are listed and the good ones kept. A record's language is its own field, else `options.language`, else the file
 * name's. A record without an id is named by its place (`#17`), so that files which are parallel line by line align.
 *
 * Throws `datasets.no-layout` when no file is in a layout the lab reads, and the signal's reason when aborted.
 */
export async function parseDataset(files: readonly File[], options: ParseOptions = {}, onProgress?: OnProgress, signal?: AbortSignal): Promise<ParsedDataset> {
  const findings = new Findings();
  const collection = new Collection(findings);
  const onBytes = reportBytes(files, onProgress);
  /** Rows already numbered a file language: shards of one language count on, files of two languages count alike. */
  const numbered = new Map<LanguageCode | null, number>();
  const layouts = new Map<LayoutName, number>();
  let refusal: LabError | null = null;

  // By name, so that the order in which a person or a browser lists the files changes nothing.
  for (const file of [...files].sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))) {
    try {
      const path = pathOf(file);
      const fileLanguage = options.language ?? languageFromPath(path);
      const first = numbered.get(fileLanguage) ?? 0;
      const reader = new RowReader(file, { onBytes: (bytes) => onBytes(file, bytes), signal });
      const { layout, rows, kept } = await new FileImport(path, fileLanguage, first, findings, collection).read(reader);
      numbered.set(fileLanguage, first + rows);
      layouts.set(layout, (layouts.get(layout) ?? 0) + kept);
      if (kept > 0 && fileLanguage && !options.language) {
        const name = languageName(fileLanguage);
        findings.note(`${path}: taken as ${name}, from its name, where a record does not say.`);
      }
    } catch (error) {
      if (!(error instanceof LabError && error.code === 'datasets.no-layout')) throw error;
      refusal = error;
      findings.refuse(pathOf(file), 1, String(error.data['reason']));
    }
  }
  const layout = [...layouts].sort((a, b) => b[1] - a[1])[0]?.[0];
  if (!layout) throw refusal ?? new LabError('datasets.no-files', 'No file was given.', 'Choose at least one JSON or JSON Lines file.');
  collection.close();
  return { layout, records: collection.records, report: findings.report(collection.size) };
}

/** Bytes of all files, reported at most ten times a second and at the end. */
function reportBytes(files: readonly File[], onProgress?: OnProgress): (file: File, bytes: number) => void {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const read = new Map<File, number>();
  const rate = new RateEstimate();
  let done = 0;
  let last = -Infinity;
  return (file, bytes) => {
    done += bytes - (read.get(file) ?? 0);
    read.set(file, bytes);
    const now = performance.now();
    if (!onProgress || (now - last < 100 && done < total)) return;
    last = now;
    onProgress({ phase: 'Reading files', done, total, unit: 'bytes', secondsLeft: rate.observe(now / 1000, done, total) });
  };
}
