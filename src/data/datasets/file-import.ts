import type { LanguageCode } from '../../core/languages.ts';
import type { Row, RowReader } from '../../files/rows.ts';
import type { Collection } from './collection.ts';
import { detectLayout, SAMPLE } from './detect.ts';
import type { Findings } from './findings.ts';
import type { LayoutName } from './layouts.ts';
import { readRecord } from './record.ts';

/** One file of an import: its rows become records of the collection, or findings. */
export class FileImport {
  private rows = 0;
  private kept = 0;
  /** Rows that could not be read at all. */
  private broken = 0;
  private readonly speechless = { first: 0, records: 0 };

  /**
   * @param language of records that do not say their own
   * @param before rows of this language that came before the file's own
   */
  constructor(
    private readonly path: string,
    private readonly language: LanguageCode | null,
    private readonly before: number,
    private readonly findings: Findings,
    private readonly collection: Collection,
  ) {}

  /** Throws `datasets.no-layout`, and what the reader throws. */
  async read(reader: RowReader): Promise<{ layout: LayoutName; rows: number; kept: number }> {
    let layout: LayoutName | null = null;
    let waiting: Row[] = [];
    const decide = (): LayoutName => {
      const known = detectLayout(waiting, this.path);
      for (const row of waiting) this.take(row, known);
      waiting = [];
      return known;
    };
    for await (const row of reader.rows()) {
      if (layout) this.take(row, layout);
      else if (waiting.push(row) === SAMPLE) layout = decide();
    }
    layout ??= decide();
    this.close(reader);
    return { layout, rows: this.rows, kept: this.kept };
  }

  private take(row: Row, layout: LayoutName): void {
    this.rows++;
    const refuse = (reason: string): void => this.findings.refuse(this.path, row.line, reason);
    if (row.problem !== undefined) {
      this.broken++;
      return refuse(row.problem);
    }
    const record = readRecord(row.value, layout);
    if (record.problem !== undefined) return refuse(record.problem);
    const { id, messages, source } = record;
    const language = record.language ?? this.language;
    if (!language) {
      this.speechless.first ||= row.line;
      this.speechless.records++;
      return;
    }
    const conversation = { id, language, messages, ...(source === undefined ? {} : { source }) };
    if (!this.collection.add(conversation, this.before + this.rows, { path: this.path, line: row.line })) return;
    this.kept++;
    this.findings.passedOver(record);
  }

  /** Says what concerns the file as a whole. */
  private close({ blank, shape }: RowReader): void {
    const { path, findings } = this;
    const { first, records } = this.speechless;
    if (records > 0) {
      const more = records > 1 ? ` (nor do ${(records - 1).toLocaleString('en')} more records of this file)` : '';
      const todo = 'name the file like train_de.jsonl, or choose the language';
      findings.refuse(
        path,
        first,
        `does not say its language, and neither does the file's name${more}: ${todo}`,
        records,
      );
    }
    if (blank > 0) findings.note(`${path}: ${blank} blank ${blank === 1 ? 'line' : 'lines'} skipped.`);
    if (shape !== 'array') return;
    if (this.broken > 0) {
      findings.note(
        `${path}: an element that cannot be read may have been several: the places after it may be off by some.`,
      );
    }
    findings.note(`${path} is one JSON array: "line" is the element's place in it.`);
  }
}
