/** A checkpoint as Blobs under their Hugging Face names, whether just picked or kept in this browser. */
import { LabError } from '../../core/errors.ts';
import type { CheckpointFiles } from '../../records/checkpoint-files.ts';

export function blobFiles(blobs: ReadonlyMap<string, Blob>): CheckpointFiles {
  const get = (name: string): Blob => {
    const blob = blobs.get(name);
    if (!blob) throw new LabError('models.missing-file', `The checkpoint has no ${name} (it has ${[...blobs.keys()].join(', ')}).`, 'Choose all files of the checkpoint together.', { missing: [name] });
    return blob;
  };
  return {
    names: [...blobs.keys()],
    blob: async (name) => get(name),
    bytes: async (name) => new Uint8Array(await get(name).arrayBuffer()),
    async json(name) {
      const text = await get(name).text();
      try {
        return JSON.parse(text) as unknown;
      } catch (cause) {
        throw new LabError('models.json', `${name} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, 'Fetch the file again; an HTML page saved under this name looks like this too.', { file: name }, { cause });
      }
    },
  };
}
