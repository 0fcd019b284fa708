/** What came of an import: what was kept, and each line that was not, with its reason. */
/** One line of a file that could not be used. */
export interface BadLine {
  file: string;
  line: number;
  reason: string;
}

export interface ImportReport<T> {
  imported: T | null;
  records: number;
  /** Lines that were left out, each with its reason; the first thousand of them where there are more. */
  bad: BadLine[];
  notes: string[];
  /** Records left out in all, listed or not, where the reader counts them. */
  left_out?: number;
  /** How many were left out for each kind of reason, commonest first. */
  reasons?: { reason: string; count: number }[];
}
