/**
 * Group commit: rows are written as soon as they come, but never in more than one transaction at a time; what arrives
 * while one is under way goes into the next. So nothing waits for a batch to fill, and a flood does not become a
 * transaction a row.
 */
export class GroupCommit<T> {
  private waiting: T[] = [];
  private writing: Promise<void> | null = null;
  private failure: { thrown: unknown } | null = null;

  constructor(private readonly write: (rows: T[]) => Promise<void>) {}

  /** Takes rows. @throws what an earlier write threw */
  push(...rows: T[]): void {
    if (this.failure) throw this.failure.thrown;
    if (rows.length === 0) return;
    this.waiting.push(...rows);
    this.writing ??= this.drain();
  }

  /** Resolves when everything pushed so far is committed. @throws what a write threw */
  async flush(): Promise<void> {
    await this.writing;
    if (this.failure) throw this.failure.thrown;
  }

  private async drain(): Promise<void> {
    try {
      while (this.waiting.length > 0) await this.write(this.waiting.splice(0));
    } catch (thrown) {
      this.failure = { thrown };
    } finally {
      this.writing = null;
    }
  }
}
