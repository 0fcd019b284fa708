import type { Conversation } from '../../records/conversation.ts';
import { LAYOUTS, type LayoutName } from './layouts.ts';

export type FileFormat = 'json' | 'jsonl' | 'jsonl.gz';

/**
 * Writes one language's records as a file that `parseDataset` and the tools of that layout read.
 * Throws `datasets.not-writable`, naming the record, where the layout cannot hold it.
 */
export async function writeDataset(conversations: readonly Conversation[], layout: LayoutName, format: FileFormat = 'jsonl'): Promise<Blob> {
  const records = conversations.map((conversation) => JSON.stringify(LAYOUTS[layout].write(conversation)));
  if (format === 'json') return new Blob(['[\n', records.join(',\n'), '\n]\n'], { type: 'application/json' });
  const lines = new Blob(records.map((record) => `${record}\n`), { type: 'application/jsonl' });
  if (format === 'jsonl') return lines;
  return new Response(lines.stream().pipeThrough(new CompressionStream('gzip'))).blob();
}
