/**
 * What every page draws from: the studies and their losses as the lab reports them, the device, the manifest being
 * written, and what went wrong. Everything of value is in the lab's own storage; this is only its reflection.
 */
import type { DeviceReport, Lab } from '../app/facade.ts';
import type { Manifest, ManifestInput } from '../records/manifest.ts';
import { clearDraft, readDraft, writeDraft } from './draft.ts';
import { LossHistory } from './losses.ts';
import type { StudyEvent, StudyState } from '../records/study.ts';

/** A failure a person can read, act on and put away. */
export interface Notice {
  id: number;
  tone: 'bad' | 'good';
  title: string;
  message: string;
  hint: string;
  action?: { label: string; run: () => void };
}

export type Verb = 'start' | 'pause' | 'cancel' | 'retry' | 'remove';

export class Store {
  device: DeviceReport | null = null;
  deviceFailed = false;
  /** Newest first. Null until the lab has listed them. */
  studies: readonly StudyState[] | null = null;
  notices: readonly Notice[] = [];
  /** The study the home page offers; null until known. */
  home: Manifest | null = null;
  /** The manifest that Mixes, Judge and Train write together. */
  draft: Manifest | null = null;

  /** By study: what has been asked of it and not been heard yet. A training step is finished first. */
  readonly asked = new Map<string, Verb>();

  private readonly histories = new Map<string, LossHistory>();
  private readonly listeners = new Set<() => void>();
  private nextNotice = 1;
  private scheduled = false;

  constructor(readonly lab: Lab) {}

  /** Subscribes to the lab and loads what every page needs. @returns an end to the subscription */
  start(): () => void {
    const stop = this.lab.studies.subscribe((event) => this.onEvent(event));
    void this.loadStudies();
    void this.loadHome();
    void this.loadDevice();
    return stop;
  }

  /** Calls `listener` after changes, at most once a frame. @returns an end to it */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  study(id: string | null): StudyState | null {
    return this.studies?.find((study) => study.id === id) ?? null;
  }

  /** The study at work now, if any. */
  get running(): StudyState | null {
    return this.studies?.find(({ status }) => status === 'running' || status === 'pausing') ?? null;
  }

  /** The newest study made from the home page's manifest. */
  get homeStudy(): StudyState | null {
    return this.studies?.find(({ manifest }) => manifest.name === this.home?.name) ?? null;
  }

  /** The loss history of a study; asks the lab for it the first time. */
  losses(id: string): LossHistory {
    const known = this.histories.get(id);
    if (known) return known;
    const history = new LossHistory();
    this.histories.set(id, history);
    void this.attempt('The loss curves could not be read', async () => {
      history.add(await this.lab.studies.losses(id));
      this.changed();
    });
    return history;
  }

  setDraft(draft: Manifest): void {
    this.draft = draft;
    writeDraft(draft);
    this.changed();
  }

  /** Starts the draft over from the home page's study. */
  resetDraft(): void {
    clearDraft();
    this.draft = this.home;
    this.changed();
  }

  /** Creates and starts a study. @returns its state, or undefined after a failure that has been reported */
  async begin(input: ManifestInput): Promise<StudyState | undefined> {
    return this.attempt('The study did not start', async () => {
      const study = await this.lab.studies.create(input);
      this.put(study);
      await this.lab.studies.start(study.id);
      return study;
    });
  }

  /** Pause, resume, cancel, retry or remove, with failures shown. What was asked is kept until the study's status says it was heard. */
  async command(id: string, verb: Verb): Promise<void> {
    this.asked.set(id, verb);
    this.changed();
    const heard = await this.attempt(`The study did not ${verb === 'start' ? 'go on' : verb}`, async () => {
      await this.lab.studies[verb](id);
      if (verb === 'remove') {
        this.studies = (this.studies ?? []).filter((study) => study.id !== id);
        this.histories.delete(id);
      } else {
        this.put(await this.lab.studies.get(id));
      }
      return true;
    });
    // A retry of failed judgments leaves a finished study finished; it has no change of status to wait for.
    if (!heard || verb === 'retry' || verb === 'remove') this.asked.delete(id);
    this.changed();
  }

  /** Takes a study in that came by another way than an event: created or imported. */
  put(study: StudyState): void {
    const others = (this.studies ?? []).filter(({ id }) => id !== study.id);
    if (this.study(study.id)?.status !== study.status && study.status !== 'pausing') this.asked.delete(study.id);
    this.studies = [...others, study].sort((a, b) => b.created - a.created);
    this.changed();
  }

  /** Runs `work`; a failure becomes a notice that can be retried. */
  async attempt<T>(title: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof DOMException && thrown.name === 'AbortError') return undefined;
      this.report(title, thrown, () => void this.attempt(title, work));
      return undefined;
    }
  }

  report(title: string, thrown: unknown, retry?: () => void): void {
    const { message, hint } = words(thrown);
    this.notices = [...this.notices.filter((notice) => notice.title !== title || notice.message !== message), { id: this.nextNotice++, tone: 'bad', title, message, hint, ...(retry ? { action: { label: 'Try again', run: retry } } : {}) }];
    this.changed();
  }

  /** Says that something went well or is ready, where nothing else on the page shows it. */
  confirm(title: string, message = '', action?: Notice['action']): void {
    this.notices = [...this.notices.filter(({ tone }) => tone === 'bad'), { id: this.nextNotice++, tone: 'good', title, message, hint: '', ...(action ? { action } : {}) }];
    this.changed();
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
    this.changed();
  }

  /** Tells the views, once a frame, or sooner where no frame comes (a hidden tab). */
  changed(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const tell = (): void => {
      this.scheduled = false;
      for (const listener of this.listeners) listener();
    };
    if (document.visibilityState === 'hidden') setTimeout(tell, 250);
    else requestAnimationFrame(tell);
  }

  private onEvent({ study, state, losses }: StudyEvent): void {
    if (losses) this.losses(study).add(losses);
    this.put(state);
  }

  private async loadStudies(): Promise<void> {
    const listed = await this.attempt('The stored studies could not be read', () => this.lab.studies.list());
    // Events may have come in the meantime; they are newer than the list.
    const known = new Map((listed ?? []).map((study) => [study.id, study]));
    for (const study of this.studies ?? []) known.set(study.id, study);
    this.studies = [...known.values()].sort((a, b) => b.created - a.created);
    this.changed();
  }

  private async loadHome(): Promise<void> {
    await this.attempt('The nine-mix study could not be prepared', async () => {
      this.home = await this.lab.studies.homeManifest();
      this.draft = await readDraft(this.lab) ?? this.home;
      this.changed();
    });
  }

  private async loadDevice(): Promise<void> {
    try {
      this.device = await this.lab.device();
    } catch (thrown) {
      this.deviceFailed = true;
      this.report('The compute engine did not start', thrown, () => void this.loadDevice());
    }
    this.changed();
  }
}

/** Whether it was refused for its size, which a person may overrule. */
export const tooLarge = (thrown: unknown): boolean => typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'models.does-not-fit';

/** Message and hint of anything thrown; LabErrors bring both, also after crossing from a worker. */
export function words(thrown: unknown): { message: string; hint: string } {
  const record = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as { message?: unknown; hint?: unknown };
  return {
    message: typeof record.message === 'string' && record.message !== '' ? record.message : String(thrown),
    hint: typeof record.hint === 'string' ? record.hint : '',
  };
}
