// Puts shards together: each folder's bundle, to the bundle one machine would have written.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from './options.mjs';
import { writeParts } from './write.mjs';

/** @returns {Promise<number>} the exit code */
export async function mergeRuns(folders, out, studies) {
  const shards = folders.map((folder) => {
    const path = join(folder, 'study.pinch.zip');
    if (!existsSync(path)) throw new Refusal(`${folder} holds no finished run: there is no study.pinch.zip in it.`);
    return studies.readBundle(new Uint8Array(readFileSync(path)));
  });
  const merged = studies.mergeStudies(shards);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'study.pinch.zip'), new Uint8Array(await studies.writeBundle(merged).arrayBuffer()));
  // FastChat files are lists of records: those of the shards, one behind the other.
  for (const name of ['answers.jsonl', 'judgments.jsonl']) writeFileSync(join(out, name), folders.map((folder) => readFileSync(join(folder, name), 'utf8')).join(''));
  await writeParts(out, studies);
  console.log(`Merged ${folders.length} shards, ${merged.state.cells.length} cells, into ${out}`);
  return merged.state.status === 'done' && merged.state.cells.every(({ stage }) => stage === 'done') ? 0 : 1;
}
