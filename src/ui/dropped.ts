/** The files of a drop or of a file field, those of folders with where they lie. Hidden files and folders (`.git`, `.cache`) are left. */
import { type PlacedFile, unreadable } from '../app/folder.ts';

/** Has to be called while the event is handled: what was dropped is out of reach afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<PlacedFile[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file').map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = await Promise.all(items.map(async ({ entry, file }) => (isFolder(entry) ? filesWithin(entry, entry.name) : file ? [{ file, path: file.name }] : [])));
  return found.flat();
}

/** Of a field that takes files, or (`webkitdirectory`) a folder. */
export function chosenFiles(list: FileList): PlacedFile[] {
  const placed = [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  return placed.filter(({ path }) => !path.split('/').slice(1).some(isHidden));
}

async function filesWithin(folder: FileSystemDirectoryEntry, path: string): Promise<PlacedFile[]> {
  const found: PlacedFile[] = [];
  for (const entry of await entriesOf(folder, path)) {
    const place = `${path}/${entry.name}`;
    if (isHidden(entry.name)) continue;
    if (isFolder(entry)) found.push(...(await filesWithin(entry, place)));
    else found.push({ file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, (cause) => reject(unreadable(place, cause)))), path: place });
  }
  return found;
}

/** A reader gives a hundred entries or so at a time, and none when there are no more. */
async function entriesOf(folder: FileSystemDirectoryEntry, path: string): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, (cause) => reject(unreadable(path, cause))));
    if (batch.length === 0) return entries;
    entries.push(...batch);
  }
}

const isFolder = (entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry => entry?.isDirectory === true;
const isHidden = (name: string): boolean => name.startsWith('.');
