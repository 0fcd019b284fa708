/** Large files in one zip, without being in memory together: parts are handed on to the browser as they come. */
import { Zip, ZipPassThrough } from 'fflate';

/** A file in pieces, which are asked for one after the other and once. */
export type FileParts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Sizes and places in a plain zip file have 32 bits; this leaves room for the small files. */
export const LARGEST_ZIP = 4.2e9;

/** Smaller pieces go together to the browser. */
const GATHERED = 1 << 22;

/** Weights as they are: they do not compress. */
export async function zipModel(files: ReadonlyMap<string, FileParts>, folder: string): Promise<Blob> {
  // The browser keeps a Blob's bytes where it likes, on the disk too: they are no longer this page's memory.
  const blobs: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const settle = (): void => {
    blobs.push(new Blob(pieces));
    pieces = [];
    bytes = 0;
  };
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece as Uint8Array<ArrayBuffer>);
    bytes += piece.length;
    if (bytes >= GATHERED) settle();
  });
  for (const [name, parts] of files) {
    const file = new ZipPassThrough(`${folder}/${name}`);
    zip.add(file);
    for await (const part of parts) file.push(part);
    file.push(new Uint8Array(), true);
  }
  zip.end();
  settle();
  return new Blob(blobs, { type: 'application/zip' });
}
