// Puts shards together: each folder's bundle, to the bundle one machine would have written.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { given, Refusal } from './options.mjs';
import { tellOutcome } from './outcome.mjs';
import { writeParts } from './write.mjs';

/** @returns {Promise<number>} the exit code */
export async function mergeRuns(folders, out, studies) {
  const merged = await given(() => studies.mergeStudies(folders.map((folder) => {
    const path = join(folder, 'study.pinch.zip');
    if (!existsSync(path)) throw new Refusal(`${folder} holds no finished run: there is no study.pinch.zip in it.`);
    return studies.readBundle(new Uint8Array(readFileSync(path)));
  })));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'study.pinch.zip'), new Uint8Array(await studies.writeBundle(merged).arrayBuffer()));
  await writeParts(out, studies);
  console.log(`Merged ${folders.length} shards, ${merged.state.cells.length} cells, into ${out}`);
  return tellOutcome(merged, 'Run the shards that have them again, then merge.') ? 0 : 1;
}
