/** A checkpoint's files, whatever they came from. */
/** A folder of files under their Hugging Face names, whatever they came from. */
export interface CheckpointFiles {
  readonly names: readonly string[];
  json(name: string): Promise<unknown>;
  bytes(name: string): Promise<Uint8Array>;
  /** A file that can be read in parts: a large checkpoint is then never in memory as a whole. */
  blob?(name: string): Promise<Blob>;
}
