/** A new study from a manifest: everything it names is looked up first, so that what is wrong is said before it runs. */
import { LabError } from '../core/errors.ts';
import type { Question } from '../records/question.ts';
import { parseMix } from '../data/recipes/index.ts';
import { BASE_MIX, expand } from './cell.ts';
import { isImported } from './imported.ts';
import type { Manifest } from '../records/manifest.ts';
import { chooseQuestions } from './questions.ts';
import type { StudyState } from '../records/study.ts';

/** What there is, by id. */
export interface Inventory {
  models: readonly string[];
  datasets: readonly string[];
  /** The manifest's benchmark. */
  questions: readonly Question[];
}

/**
 * @param only ids of the cells to compute, where another machine computes the others; left out, all
 * @returns a study that is ready to start, and the questions it will ask
 * @throws LabError `studies.unknown` naming models or datasets there are none of, `studies.key-in-url`,
 *   `studies.rules-need-rubric`, `studies.no-cell` for ids the manifest has not, `mixes.name`, `studies.no-questions`
 */
export function newStudy(id: string, manifest: Manifest, inventory: Inventory, now: number, only?: readonly string[]): { state: StudyState; questions: Question[] } {
  const missing = [...absent('model', manifest.models, inventory.models), ...absent('dataset', manifest.datasets, inventory.datasets)];
  if (missing.length > 0) throw new LabError('studies.unknown', `The manifest names what is not in this browser: ${missing.join('; ')}.`, 'Import it first, or correct the name.', { missing });
  for (const mix of manifest.mixes) parseMix(mix);
  if (manifest.judge.kind === 'imported' || manifest.mixes.some((mix) => isImported({ mix }))) throw new LabError('studies.manifest', 'The manifest is of imported answers, which nothing can make again.', 'Import the answers (lab.studies.importAnswers), or open the study\'s bundle.');
  const unused = Object.keys(manifest.training.learning_rates).filter((mix) => !manifest.mixes.includes(mix));
  if (unused.length > 0) throw new LabError('studies.unknown', `training.learning_rates names compositions that the study does not have: ${unused.join(', ')}.`, `Its compositions are ${manifest.mixes.join(', ')}.`, { unused });
  const { early_stopping_patience: patience, eval_steps, eval_fraction } = manifest.training;
  if (patience !== null && (eval_steps === 0 || eval_fraction === 0)) throw new LabError('studies.manifest', 'training.early_stopping_patience needs evaluations on the way, and there are none.', 'Set training.eval_steps (and leave eval_fraction above 0), or early_stopping_patience to null.');
  if (manifest.tuning === 'full') {
    const contrary = [...(manifest.init_adapter !== null ? ['init_adapter'] : []), ...(manifest.storage === 'int8' || manifest.storage === 'int4' ? [`storage ${manifest.storage}`] : [])];
    if (contrary.length > 0) throw new LabError('studies.manifest', `tuning "full" cannot go with ${contrary.join(' and ')}: all weights are trained, as floating-point numbers, from the checkpoint on.`, 'Set init_adapter to null and storage to auto, or tuning to "lora".', { contrary });
  }
  refuseKeys(manifest);
  const questions = chooseQuestions(inventory.questions, manifest.benchmark);
  const steps = Math.max(0, manifest.training.max_steps);
  const ungradable = manifest.judge.kind === 'rules' ? questions.find((question) => question.rubric === undefined) : undefined;
  if (ungradable) {
    throw new LabError('studies.rules-need-rubric', `The rule judge grades only the embedded world's questions; ${ungradable.question_id} of "${manifest.benchmark.id}" is none of them.`, 'Choose an LLM judge (an OpenAI-compatible endpoint), or the embedded benchmark.', { question_id: ungradable.question_id });
  }
  const all = expand(manifest);
  const strange = only?.filter((cell) => !all.some(({ id: known }) => known === cell)) ?? [];
  if (strange.length > 0) throw new LabError('studies.no-cell', `The manifest has no cells ${strange.join(', ')}.`, `Its cells are: ${all.map((cell) => cell.id).join(', ')}.`, { strange });
  const cells = only ? all.filter((cell) => only.includes(cell.id)) : all;
  for (const cell of cells) {
    cell.trained.total = cell.mix === BASE_MIX ? 0 : steps;
    cell.answered.total = questions.length;
    cell.judged.total = questions.length * 2 * manifest.judge.repeats;
  }
  const state: StudyState = {
    id,
    name: manifest.name,
    manifest,
    status: 'ready',
    created: now,
    updated: now,
    seconds: { training: 0, answering: 0, judging: 0 },
    progress: null,
    tokensPerSecond: { training: null, generation: null },
    cells,
  };
  return { state, questions };
}

function absent(kind: string, wanted: readonly string[], there: readonly string[]): string[] {
  return wanted.filter((id) => !there.includes(id)).map((id) => `${kind} "${id}" (there ${there.length === 1 ? 'is' : 'are'} ${there.join(', ') || 'none'})`);
}

/** A manifest is shared; an address that carries a password or a key would be shared with it. */
function refuseKeys({ judge }: Manifest): void {
  if (judge.kind !== 'openai') return;
  const { username, password, search } = new URL(judge.base_url);
  if (username || password || search) {
    throw new LabError('studies.key-in-url', 'The judge\'s base_url carries a user name, a password or a query, which would end up in every export and link of the study.', 'Give the plain address and enter the key separately.');
  }
}
