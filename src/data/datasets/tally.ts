/** How often each name occurred; of a file of nothing but different names, some hundred are kept and the rest counted together. */
export class Tally {
  private readonly counts = new Map<string, number>();
  /** Occurrences of names beyond those kept. */
  rest = 0;

  constructor(private readonly kept = 200) {}

  get size(): number {
    return this.counts.size;
  }

  add(name: string, n = 1): void {
    if (this.counts.has(name) || this.counts.size < this.kept)
      this.counts.set(name, (this.counts.get(name) ?? 0) + n);
    else this.rest += n;
  }

  /** Commonest first. */
  entries(): [name: string, n: number][] {
    return [...this.counts].sort((a, b) => b[1] - a[1]);
  }
}
