/** Which files of a dropped or chosen folder are meant: a checkpoint's own, not the other forms of it in folders further down. */
import { LabError } from '../core/errors.ts';

export interface PlacedFile {
  file: File;
  /** With the folders it lies in, from the one that was chosen: `SmolLM2/onnx/model.onnx`. The name alone where it was chosen by itself. */
  path: string;
}

/** `marker`: a file that says which folder is meant. `accept`: endings, where files of every folder are. */
export type Wanted = { marker: string } | { accept: readonly string[] };

/**
 * @returns the files, and the name of the folder they lie in, if they lie in one; files of every folder are named with their paths
 * @throws LabError `app.several-folders`, `app.empty-folder`
 */
export function filesMeant(placed: readonly PlacedFile[], wanted: Wanted): { files: File[]; folder: string | null } {
  if ('accept' in wanted) {
    // What was chosen by itself is meant, whatever it is called; of a folder, only what can be read.
    const usable = placed.filter(({ file, path }) => !path.includes('/') || wanted.accept.some((ending) => file.name.toLowerCase().endsWith(ending)));
    if (usable.length === 0) throw new LabError('app.empty-folder', `The folder holds no file that ends with ${wanted.accept.join(', ')}.`, 'Choose the folder with the files, or the files themselves.');
    const tops = new Set(usable.map(({ path }) => (path.includes('/') ? path.split('/')[0] : undefined)));
    const [top] = tops;
    // Where a file lies may say its language: a dropped one has its path only in its name.
    return { files: usable.map(({ file, path }) => (path === file.name ? file : new File([file], path, { lastModified: file.lastModified }))), folder: tops.size === 1 && top !== undefined ? top : null };
  }
  if (placed.length === 0) throw new LabError('app.empty-folder', 'The folder holds no files.', `Choose the folder with ${wanted.marker}, or the files themselves.`);
  const marked = placed.filter(({ file }) => file.name === wanted.marker);
  const folders = (marked.length > 0 ? marked : placed).map(({ path }) => path.split('/').slice(0, -1));
  const depth = Math.min(...folders.map(({ length }) => length));
  const top = [...new Set(folders.filter(({ length }) => length === depth).map((parts) => parts.join('/')))];
  if (top.length > 1) throw new LabError('app.several-folders', `There are several folders with ${marked.length > 0 ? wanted.marker : 'files'}: ${top.slice(0, 6).join(', ')}${top.length > 6 ? ' and more' : ''}.`, 'Choose one of them at a time.', { folders: top });
  const [folder = ''] = top;
  const within = folder === '' ? '' : `${folder}/`;
  return { files: placed.filter(({ file, path }) => path === within + file.name).map(({ file }) => file), folder: folder.split('/').at(-1) || null };
}

/** A file or folder that the browser cannot read. */
export function unreadable(path: string, cause: unknown): LabError {
  return new LabError('app.unreadable', `${path} could not be read: ${cause instanceof Error ? cause.message : String(cause)}`, 'It may have been moved, or this site may not read it. Choose the files themselves.', { path }, { cause });
}
