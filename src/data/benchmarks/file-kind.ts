import { pathOf } from '../../core/language-tags.ts';
import { RowReader } from '../../files/rows.ts';
import { kindOfRecord } from './fastchat.ts';
import { holdsReferences } from './references.ts';

/** What a file of FastChat's holds, by its first record that is known; answers in a folder of references are those. */
export async function kindOfFile(file: File): Promise<'answer' | 'reference' | 'judgment' | 'other'> {
  for await (const row of new RowReader(file).rows()) {
    if (row.problem !== undefined) continue;
    const told = kindOfRecord(row.value);
    if ('problem' in told) continue;
    if (told.kind === 'answer') return holdsReferences(pathOf(file)) ? 'reference' : 'answer';
    return told.kind === 'single judgment' ? 'judgment' : 'other';
  }
  return 'other';
}
