import type { BadLine } from '../app/facade.ts';

/** What an import has to say. The list of bad lines is bounded, because a wrong file of a gigabyte is all bad lines. */
export class Findings {
  readonly bad: BadLine[] = [];
  readonly notes: string[] = [];
  private unlisted = 0;

  constructor(private readonly listed = 1000) {}

  refuse(file: string, line: number, reason: string): void {
    if (this.bad.length < this.listed) this.bad.push({ file, line, reason });
    else this.unlisted++;
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** Bad lines in all, listed or not. */
  get refused(): number {
    return this.bad.length + this.unlisted;
  }

  report(records: number): { records: number; bad: BadLine[]; notes: string[] } {
    const notes = this.unlisted === 0 ? this.notes : [...this.notes, `${this.unlisted.toLocaleString('en')} more bad lines are not listed.`];
    return { records, bad: this.bad, notes };
  }
}
