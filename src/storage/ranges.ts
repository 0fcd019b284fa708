/** Key ranges over compound keys. An empty array sorts after every string and number, so it closes a range. */

/** Every row whose key begins with `study`, whatever follows. */
export function everyRowOf(study: string): IDBKeyRange {
  return IDBKeyRange.bound([study], [study, []]);
}

/** Every row whose key begins with `study`, `cell`. */
export function ofCell(study: string, cell: string): IDBKeyRange {
  return IDBKeyRange.bound([study, cell], [study, cell, []]);
}
