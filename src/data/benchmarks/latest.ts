import type { BadLine } from '../../records/import-report.ts';

/** One record of a log: what it is about, whether it is good, and where it stands. */
export interface LogEntry<T> {
  key: string;
  good: boolean;
  tstamp: number;
  file: string;
  line: number;
  record: T;
}

/**
 * Logs of real runs hold the same thing several times: failed, then repeated, then repeated once more. Keeps the latest good
 * entry of each key, or the latest bad one where none is good, in the order of first appearance; says what was dropped and why.
 */
export function latestGood<T>(entries: readonly LogEntry<T>[]): { kept: LogEntry<T>[]; dropped: BadLine[] } {
  const best = new Map<string, LogEntry<T>>();
  for (const entry of entries) {
    const rival = best.get(entry.key);
    if (!rival || beats(entry, rival)) best.set(entry.key, entry);
  }
  const dropped = entries.flatMap((entry): BadLine[] => {
    const winner = best.get(entry.key) as LogEntry<T>;
    if (winner === entry) return [];
    const place = winner.file === entry.file ? `line ${winner.line}` : `${winner.file}, line ${winner.line}`;
    const reason = entry.good ? `is superseded by ${place}, which is later` : `failed, and ${place} ${winner.good ? 'succeeded' : 'is a later attempt'}`;
    return [{ file: entry.file, line: entry.line, reason }];
  });
  return { kept: [...best.values()], dropped };
}

/** Later in time; where times are equal or not given, later in the log. */
function beats<T>(entry: LogEntry<T>, rival: LogEntry<T>): boolean {
  if (entry.good !== rival.good) return entry.good;
  return entry.tstamp >= rival.tstamp;
}
