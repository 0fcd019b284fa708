/**
 * Zip archives from outside. What an archive says of itself is checked before and after it is unpacked: names that leave
 * their folder, names that occur twice, sizes that no memory holds, contents that are not what was packed (CRC-32).
 */
import { unzipSync } from 'fflate';
import { LabError } from '../core/errors.ts';

/** What an archive may unpack to, in bytes. */
const MOST_BYTES = 2 ** 31;
/** And how many files it may have. */
const MOST_FILES = 100_000;

export interface ArchiveOptions {
  /** Code of the errors: `adapters.zip`. */
  code: string;
  /** What the person should do: "Choose the zip that the lab exported." */
  hint: string;
  maxBytes?: number;
}

/** A file as the archive's directory at its end lists it. */
interface Entry {
  name: string;
  size: number;
  crc: number;
}

/**
 * Every file of a zip archive by its name; folders are left out.
 * @throws LabError with the code of the options: no archive, a damaged one, one that is too large, names that cannot be
 */
export function unpackArchive(bytes: Uint8Array, { code, hint, maxBytes = MOST_BYTES }: ArchiveOptions): Map<string, Uint8Array> {
  const refuse = (message: string, cause?: unknown): LabError => new LabError(code, message, hint, {}, { cause });
  const entries = directory(bytes);
  if (!entries) throw refuse('The file is not a zip archive, or it is damaged.');
  const names = new Set<string>();
  for (const { name } of entries) {
    if (strange(name)) throw refuse(`The archive holds a file by the name ${JSON.stringify(name)}, which lies outside its folder.`);
    if (names.has(name)) throw refuse(`The archive holds two files by the name ${JSON.stringify(name)}.`);
    names.add(name);
  }
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes || entries.length > MOST_FILES) throw refuse(`The archive would unpack to ${entries.length} files of ${(total / 1e6).toFixed(0)} MB together; at most ${(maxBytes / 1e6).toFixed(0)} MB can be read.`);
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes);
  } catch (cause) {
    throw refuse('The archive is damaged: it cannot be unpacked.', cause);
  }
  const files = new Map<string, Uint8Array>();
  for (const { name, size, crc } of entries) {
    if (name.endsWith('/')) continue;
    const content = Object.hasOwn(unpacked, name) ? unpacked[name] : undefined;
    if (!content || content.length !== size || crc32(content) !== crc) throw refuse(`The archive is damaged: ${name} is not what was packed.`);
    files.set(name, content);
  }
  return files;
}

/** Absolute, or with a way up, or with what is no name on some system. */
function strange(name: string): boolean {
  return name === '' || /^[/\\]|^[A-Za-z]:|\\|\0/.test(name) || name.split('/').includes('..');
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;

/** The archive's list of its files; null where there is none that can be read. Zip64 (over 4 GB) is not read. */
function directory(bytes: Uint8Array): Entry[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - END_BYTES;
  while (end >= 0 && end >= bytes.length - END_BYTES - LONGEST_COMMENT && view.getUint32(end, true) !== END) end--;
  if (end < 0 || view.getUint32(end, true) !== END) return null;
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) return null;
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    if (at + 46 + nameBytes > end) return null;
    const name = bytes.subarray(at + 46, at + 46 + nameBytes);
    // As fflate reads it: UTF-8 where the flag says so, else a byte a character.
    const utf8 = (view.getUint16(at + 8, true) & 0x800) !== 0;
    entries.push({ name: new TextDecoder(utf8 ? 'utf-8' : 'latin1').decode(name), size: view.getUint32(at + 24, true), crc: view.getUint32(at + 16, true) });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 of IEEE 802.3, as zip has it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
