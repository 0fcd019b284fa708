import type { CallRelay } from './call-desk.ts';
import type { StudyData, StudyEngine } from './engine.ts';
import type { LiveStudy } from './live.ts';
import type { Manifest } from '../records/manifest.ts';
import type { Question } from '../records/question.ts';
import type { Store } from '../storage/index.ts';

/** What every stage of one run is given. */
export interface RunContext {
  readonly live: LiveStudy;
  readonly manifest: Manifest;
  readonly questions: readonly Question[];
  readonly store: Store;
  readonly engine: StudyEngine;
  readonly data: StudyData;
  /** Null where requests to judges go with the page. */
  readonly relay: CallRelay | null;
  /** Aborted with an `Interruption`; every stage looks at it between steps. */
  readonly signal: AbortSignal;
  /** The promise, or a rejection as soon as the device is lost: work on a lost device may never end. */
  guard<T>(work: Promise<T>): Promise<T>;
}
