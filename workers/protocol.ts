/**
 * What crosses between the page and its two workers. Everything is structured-cloneable; functions go as Comlink
 * proxies, abort signals as message ports, errors as records. Names and signatures are the facade's own, so that the page
 * only says which worker a call goes to.
 */
import type { AdaptersApi, BenchmarksApi, DatasetsApi, DeviceReport, JudgesApi, Lab, MixesApi, ModelsApi, StudiesApi } from '../src/app/facade.ts';
import type { ErrorRecord } from '../src/core/errors.ts';
import type { PostRequest } from '../src/judging/post.ts';

/** Told to a worker before anything else. */
export interface WorkerSettings {
  /** The page's address: what ships with the page is fetched relative to it. */
  base: string;
  device: 'auto' | 'webgpu' | 'wasm';
  /** A Web Lock the worker holds for as long as it lives. */
  lifeline: string;
  /** Why ONNX Runtime is to be left as it is published; null where the lab's kernels may take over (engine/kernels/swap.ts). */
  stockRuntime: string | null;
}

/**
 * What an engine posts, beside Comlink's messages, when ONNX Runtime computes wrongly with the lab's kernels in it. A runtime cannot be
 * unloaded, so the page starts another worker, with `stockRuntime`.
 */
export interface RestartRequest {
  restartWithStockRuntime: string;
}

export function isRestartRequest(data: unknown): data is RestartRequest {
  return typeof data === 'object' && data !== null && typeof (data as Partial<RestartRequest>).restartWithStockRuntime === 'string';
}

/** A request to a judge that the service worker makes, so that it outlives the page. */
export interface RelayedCall {
  /** Of the ledger (src/storage/calls.ts) and the inbox (src/storage/inbox.ts). */
  id: string;
  request: PostRequest;
  timeoutSeconds: number;
}

/** What an engine posts to the page, and the page to the service worker: an engine has no way to it. */
export interface RelayMessage {
  relay: RelayedCall;
}

export function isRelayMessage(data: unknown): data is RelayMessage {
  return typeof data === 'object' && data !== null && typeof (data as Partial<RelayMessage>).relay?.id === 'string';
}

/** The page's answer to an engine where there is no service worker to ask: the call's id. */
export interface RelayRefusal {
  relayRefused: string;
}

export function isRelayRefusal(data: unknown): data is RelayRefusal {
  return typeof data === 'object' && data !== null && typeof (data as Partial<RelayRefusal>).relayRefused === 'string';
}

/** `workers/engine.ts`: models, training, generation, judging. Holds API keys that are not to be stored. */
export interface EngineApi {
  open(settings: WorkerSettings): Promise<void>;
  /** Answers when the worker's event loop turns: one that is stuck does not. */
  alive(): void;
  lab: { device(): Promise<DeviceReport> };
  models: Pick<ModelsApi, 'chat'>;
  judges: Pick<JudgesApi, 'setKey' | 'forgetKey' | 'keyState' | 'probe'>;
  studies: Pick<StudiesApi, 'start' | 'pause' | 'cancel' | 'retry'> & {
    /** Goes on with the study that was running when its tab was closed or reloaded, if there is one. @returns its id */
    resumeInterrupted(): Promise<string | null>;
  };
}

/** `workers/data.ts`: everything that reads, writes, parses or counts. */
export interface DataApi {
  open(settings: WorkerSettings): Promise<void>;
  alive(): void;
  lab: Pick<Lab, 'storage' | 'clear'>;
  models: Omit<ModelsApi, 'chat'>;
  adapters: AdaptersApi;
  datasets: DatasetsApi;
  benchmarks: BenchmarksApi;
  mixes: MixesApi;
  judges: Pick<JudgesApi, 'prompts' | 'rubric'>;
  studies: Omit<StudiesApi, 'start' | 'pause' | 'cancel' | 'retry' | 'wait' | 'run' | 'subscribe'> & {
    /** What is kept of a study, counted: the same again where it has not come further. */
    standing(id: string): Promise<string>;
    /** Writes down that a study failed in a way its engine could not write down itself. */
    markFailed(id: string, error: ErrorRecord): Promise<void>;
  };
}

/** The BroadcastChannel that carries `StudyEvent`s to every page of this browser. */
export const EVENTS_CHANNEL = 'pinch-lab/events';
