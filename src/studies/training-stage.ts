/**
 * Trains the adapters of one group in one pass. Losses are stored as they come; the trainer's whole state every
 * `save_steps` and on pause. Batches are a function of the step, so a run resumed from the state at step s computes the
 * same losses after s as an unbroken one, and its rows replace those an interrupted run had written past s. A state is stored
 * once the step after it has shown that its losses are numbers: so what is stored is good.
 */
import { LabError } from '../core/errors.ts';
import type { CheckpointRow } from '../storage/index.ts';
import type { CellBatches } from './batches.ts';
import { initialAdapterOf } from './cell.ts';
import { GroupCommit } from './commit.ts';
import type { RunContext } from './context.ts';
import { EarlyStop } from './early-stop.ts';
import type { StudyModel, StudyTrainer } from './engine.ts';
import { Interruption } from './interruption.ts';
import type { Manifest } from '../records/manifest.ts';
import { Meter } from './meter.ts';
import type { Pass } from './passes.ts';
import type { Tuned } from '../records/adapter.ts';
import type { LossPoint } from '../records/loss.ts';
import type { TrainerState } from '../records/trainer-state.ts';

/**
 * @param batches of every cell that is to be trained; a resumed group must bring those of the checkpoint's cells
 * @throws Interruption when the run is paused or cancelled, after saving where it stands
 */
export async function trainGroup(context: RunContext, group: Pass, model: StudyModel, batches: ReadonlyMap<string, CellBatches>): Promise<void> {
  const { live, manifest, store, signal, guard } = context;
  const checkpoint = await store.studies.checkpoint(live.id, group.id);
  const cells = checkpoint?.cells ?? [...batches.keys()];
  const own = cells.map((id) => batchesOf(batches, id));
  const seeds = cells.map((id) => live.cell(id).seed);
  let step = checkpoint?.step ?? 0;
  const batch = manifest.training.per_device_train_batch_size;
  const tokens = checkpoint?.tokens ?? cells.map(() => 0);
  const losses = new GroupCommit<LossPoint>(async (points) => {
    await store.studies.putLosses(live.id, points);
    live.announceLosses(points);
  });
  const early = new EarlyStop(manifest.training, cells.length, checkpoint?.watched);
  const failed = (k: number): boolean => live.cell(cells[k] as string).stage === 'failed';
  for (const [k, id] of cells.entries()) {
    if (failed(k)) continue;
    const stopped = early.watched[k]?.stopped ?? null;
    live.updateCell(id, { stage: 'training', trained: stopped === null ? { done: step, total: group.steps } : { done: stopped, total: stopped } });
  }

  const init = await initialAdapterOf(store, live.id);
  const trainerFrom = (resume: TrainerState | undefined): Promise<StudyTrainer> => guard(model.trainer({
    adapters: cells.map((id, i) => ({ id, batches: (own[i] as CellBatches).train, seed: seeds[i] as number, learning_rate: rateOf(manifest, live.cell(id).mix), ...(init ? { init } : {}) })),
    lora: manifest.tuning === 'full' ? null : manifest.lora,
    training: manifest.training,
    steps: group.steps,
    resume,
  }));
  const trainer = await trainerFrom(checkpoint?.trainer);
  const state = async (): Promise<CheckpointRow> => ({ study: live.id, group: group.id, cells, step, tokens: [...tokens], trainer: await guard(trainer.save()), watched: structuredClone(early.watched) });
  const save = async (row: CheckpointRow): Promise<void> => {
    await losses.flush();
    await store.studies.putCheckpoint(row);
  };
  /** Keeps a cell's weights as they were when its loss was last known to be a number. @returns the step they are of */
  const keepLastGood = async (k: number): Promise<number | null> => {
    const good = await store.studies.checkpoint(live.id, group.id);
    // What was stored on a pause may be the very state whose loss is no number.
    if (!good || good.step >= step - 1) return null;
    const before = await trainerFrom(good.trainer);
    try {
      await store.studies.keepAdapter(live.id, cells[k] as string, (await guard(before.adapters()))[k] as Tuned);
    } finally {
      before.dispose();
    }
    return good.step;
  };
  let unproven: CheckpointRow | null = null;
  for (const k of cells.keys()) if (early.stopped(k) || failed(k)) trainer.stop(k);
  try {
    const meter = new Meter(live, 'training', 'steps');
    while (step < group.steps && cells.some((_, k) => !early.stopped(k) && !failed(k))) {
      if (signal.aborted) {
        if (signal.reason instanceof Interruption && step > (checkpoint?.step ?? 0)) await save(await state());
        throw signal.reason;
      }
      const report = await guard(trainer.step());
      step++;
      for (const [k, id] of cells.entries()) {
        if (failed(k) || early.stopped(k) || Number.isFinite(report.adapters[k]?.loss)) continue;
        const kept = await keepLastGood(k);
        trainer.stop(k);
        unproven = null;
        const last = kept === null ? {} : { trained: { done: kept, total: kept }, note: `The weights are those of step ${kept}: at step ${step} the loss was no longer a number.` };
        live.updateCell(id, { stage: 'failed', error: diverged(id, step, kept).toRecord(), ...last });
      }
      if (unproven) await save(unproven);
      unproven = null;
      const due = step === group.steps || (manifest.training.eval_steps > 0 && step % manifest.training.eval_steps === 0);
      const evaluated = due ? await guard(trainer.evaluate(own.map((cell, k) => (early.stopped(k) ? null : cell.validation)))) : [];
      const current = due && early.keepsBest ? await guard(trainer.adapters()) : [];
      let seen = 0;
      for (const [i, id] of cells.entries()) {
        const adapter = report.adapters[i];
        if (!adapter) throw new LabError('studies.no-report', `The trainer reported nothing about "${id}" at step ${step}.`, 'This is a fault of the lab.', { id, step });
        tokens[i] = (tokens[i] as number) + adapter.tokens;
        seen += adapter.tokens;
        if (failed(i) || early.stopped(i)) continue;
        const eval_loss = evaluated[i];
        losses.push({
          cell: id,
          step,
          loss: adapter.loss,
          ...(eval_loss === undefined || eval_loss === null ? {} : { eval_loss }),
          grad_norm: adapter.grad_norm,
          learning_rate: adapter.learning_rate,
          num_tokens: tokens[i] as number,
          mean_token_accuracy: adapter.accuracy,
        });
        const stops = eval_loss !== undefined && eval_loss !== null && early.observe(i, step, eval_loss, () => current[i] ?? null);
        if (stops) trainer.stop(i);
        const note = [
          ...(group.wanted ? [`Memory did not suffice for ${group.wanted} adapters in one pass: ${cells.length} in this one, with the same result.`] : []),
          ...(report.micro_batch < batch ? [`Memory did not suffice for ${batch} sequences at once: ${report.micro_batch} at a time, with the same result.`] : []),
          ...(stops || step === group.steps ? [early.note(i)] : []),
        ].filter(Boolean).join(' ');
        live.updateCell(id, { trained: { done: step, total: stops ? step : group.steps }, ...(note ? { note } : {}) });
      }
      meter.observe(step, group.steps, seen);
      if (step % manifest.training.save_steps === 0 && step < group.steps) unproven = await state();
    }
    await losses.flush();
    const adapters = await guard(trainer.adapters());
    const sound = cells.flatMap((id, i) => (failed(i) ? [] : [[id, adapters[i] && early.result(i, adapters[i])] as const]));
    await store.studies.finishTraining(live.id, group.id, new Map(sound.filter((entry): entry is [string, NonNullable<(typeof entry)[1]>] => entry[1] !== undefined)));
  } finally {
    trainer.dispose();
  }
}

/** The peak rate of a composition: its own, or that of all. */
export function rateOf({ training: { learning_rate, learning_rates = {} } }: Manifest, mix: string): number {
  return Object.hasOwn(learning_rates, mix) ? (learning_rates[mix] as number) : learning_rate;
}

function batchesOf(batches: ReadonlyMap<string, CellBatches>, id: string): CellBatches {
  const found = batches.get(id);
  if (!found) throw new LabError('studies.no-batches', `The checkpoint was made with the composition "${id}", whose records are no longer there.`, 'Import the dataset again under the same name, or start the study anew.', { id });
  return found;
}

/** @param kept the step whose weights are kept; null where none had been stored */
function diverged(cell: string, step: number, kept: number | null): LabError {
  const remedy = 'In a new study lower learning_rate, or raise warmup_steps; max_grad_norm 1 also helps.';
  const [weights, hint] = kept === null ? ['', remedy] : [` Its weights of step ${kept} are kept.`, `Retry goes on with these weights. ${remedy}`];
  return new LabError('training.diverged', `The loss of ${cell} was no longer a number at step ${step}.${weights}`, hint, { cell, step, kept });
}
