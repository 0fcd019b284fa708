/** Shards of one study, each with its own cells, to the study one machine would have given. */
import { LabError } from '../core/errors.ts';
import { judgmentKeyText } from '../records/judgment.ts';
import type { StudyContent } from './study-content.ts';
import { expand, INIT_ADAPTER } from './cell.ts';
import type { CellState, StudyState } from '../records/study.ts';

const done = ({ stage }: CellState): boolean => stage === 'done' || stage === 'failed';

/**
 * Records are in the order storage keeps them in, which is the order a single run's bundle has. Seconds add up; the study
 * began with its first shard and ended with its last; id and device are the first shard's.
 * @throws LabError `studies.merge` for shards of different manifests, a cell that two have computed, and cells none has
 */
export function mergeStudies(shards: readonly StudyContent[]): StudyContent {
  const first = shards[0];
  if (!first) throw new LabError('studies.merge', 'There is nothing to merge.', 'Name the folders of the shards.');
  const manifest = JSON.stringify(first.state.manifest);
  shards.forEach(({ state }, i) => {
    if (JSON.stringify(state.manifest) !== manifest) throw refusal(`Shard ${i + 1} ("${state.name}") was run with another manifest than the first ("${first.state.name}")`);
  });
  const owners = new Map<string, { shard: number; cell: CellState }>();
  for (const [shard, { state }] of shards.entries()) {
    for (const cell of state.cells.filter(done)) {
      const before = owners.get(cell.id);
      if (before) throw refusal(`${cell.id} was computed by shard ${before.shard + 1} and by shard ${shard + 1}`);
      owners.set(cell.id, { shard, cell });
    }
  }
  const wanted = expand(first.state.manifest).map(({ id }) => id);
  const missing = wanted.filter((id) => !owners.has(id));
  if (missing.length > 0) throw refusal(`No shard has finished ${missing.join(', ')}`, { missing });

  const own = <T>(rows: (content: StudyContent) => readonly T[], cellOf: (row: T) => string, ...keys: ((row: T) => string | number)[]): T[] =>
    shards
      .flatMap((content, shard) => rows(content).filter((row) => owners.get(cellOf(row))?.shard === shard))
      .sort((a, b) => [cellOf, ...keys].reduce((order, key) => order || compare(key(a), key(b)), 0));
  const states = shards.map(({ state }) => state);
  const cells = wanted.map((id) => (owners.get(id) as { cell: CellState }).cell);
  const failed = cells.filter(({ stage }) => stage === 'failed');
  const sum = (stage: keyof StudyState['seconds']): number => states.reduce((total, { seconds }) => total + seconds[stage], 0);
  const state: StudyState = {
    ...first.state,
    status: failed.length === cells.length ? 'failed' : 'done',
    error: failed[0]?.error,
    created: Math.min(...states.map(({ created }) => created)),
    updated: Math.max(...states.map(({ updated }) => updated)),
    seconds: { training: sum('training'), answering: sum('answering'), judging: sum('judging') },
    progress: null,
    cells,
  };
  return {
    state,
    questions: first.questions,
    losses: own(({ losses }) => losses, ({ cell }) => cell, ({ step }) => step),
    answers: own(({ answers }) => answers, ({ model_id }) => model_id, ({ question_id }) => question_id),
    judgments: own(({ judgments }) => judgments, ({ model_id }) => model_id, ({ question_id }) => question_id, ({ language }) => language, judgmentKeyText),
    adapters: new Map([INIT_ADAPTER, ...wanted].flatMap((id) => {
      const adapter = shards[owners.get(id)?.shard ?? 0]?.adapters.get(id);
      return adapter ? [[id, adapter] as const] : [];
    })),
  };
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

function refusal(what: string, data: Record<string, unknown> = {}): LabError {
  return new LabError('studies.merge', `${what}.`, 'Merge all shards of one study, each once; run the missing ones first.', data);
}
