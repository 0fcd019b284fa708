/** A checkpoint as the lab lists it, and as it can be fetched. */
export interface ModelSummary {
  id: string;
  name: string;
  architecture: string;
  parameters: number;
  bytes: number;
  vocabSize: number;
  /** What target_modules may name in it. */
  modules?: string[];
  /** `embedded` ships with the page; the others live in this browser's storage. */
  origin: 'embedded' | 'files' | 'url';
  /** Where it was fetched from: `org/name@commit`, or an address. */
  source?: string;
  /** When, in milliseconds since 1970: two checkpoints that had one id after another are two. */
  imported?: number;
  /** What a person should know of it: where its tokenizer and its config.json do not agree. */
  notes?: string[];
}

/** What a checkpoint's size is judged by. */
export interface FitOptions {
  /** This device's, where left out. */
  device?: 'wasm' | 'webgpu';
  /** Bytes of the largest buffer that a GPU binds. */
  largestBuffer?: number | null;
  /** Bring it in although it is judged not to fit. */
  anyway?: boolean;
}

/** A checkpoint that could be fetched. */
export interface RemoteModel {
  /** As `importUrl` takes it. */
  address: string;
  name: string;
  /** The Hub's commit; null for a plain folder. */
  revision: string | null;
  files: { name: string; bytes: number | null }[];
  bytes: number;
  /** Bytes of them that an earlier try has left here. */
  fetched: number;
  parameters: number;
  architecture: string;
  verdict: { kind: 'fits' | 'fits-as-int4' | 'does-not-fit'; reason: string };
  /** Of its tokenizer, as `ModelSummary` has them. */
  notes: string[];
}

export interface UnfinishedDownload {
  address: string;
  name: string;
  revision: string | null;
  done: number;
  total: number;
}

/** A token as training sees it. */
export interface InspectedToken {
  id: number;
  text: string;
  loss: boolean;
  /** Which example of the record it is of: some templates need one for each answer. */
  example: number;
  /** Beyond max_length: not read at all. */
  cut: boolean;
}
