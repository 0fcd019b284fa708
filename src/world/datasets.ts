/**
 * The embedded world's instruction data. Lima-X (world) is small, clean and truly parallel: one wording, the same in
 * all languages. Bactrian-X (world) is large and only semantically parallel: the instructions are the same, but each
 * language's teacher answers in words of its own, chattier, and is wrong now and then. Neither asks about anything
 * the benchmark asks about (benchmark.ts, `heldOut`). Everything follows from the seeds below.
 */
import type { Conversation } from '../records/conversation.ts';
import { LabError } from '../core/errors.ts';
import { Rng } from '../core/rng.ts';
import { heldOut } from './benchmark.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from './lexicon/types.ts';
import { type Pair, planKey, type TaskPlan } from './tasks/kind.ts';
import { kindOf, KINDS } from './tasks/kinds/index.ts';
import { answersOf, type Phrasing, questionsOf } from './tasks/realise.ts';
import { Tongue } from './tasks/tongue.ts';

export type WorldDatasetId = 'lima-x-world' | 'bactrian-x-world' | 'bactrian-x-small-world';

export interface WorldDataset {
  id: WorldDatasetId;
  name: string;
  description: string;
  languages: readonly WorldLanguage[];
  /** Conversations a language. */
  size: number;
  /** The share of answers whose content the teacher gets wrong. */
  errorRate: number;
}

/** What one record is in every language. */
export interface WorldRecord {
  id: string;
  plan: TaskPlan;
  phrasing: Phrasing;
  turns: 1 | 2;
}

export interface WorldOptions {
  /** Only the first so many records. */
  limit?: number;
  /** The teacher's error rate (Bactrian-X only). */
  errorRate?: number;
}

const LIMA_SIZE = 1030;
const BACTRIAN_SIZE = 64_000;
const ERROR_RATE = 0.08;
/** How often a teacher opens with a pleasantry. */
const OPENER_RATE = 0.25;
/** How many of Bactrian-X's records have a second turn. */
const TWO_TURN_RATE = 0.5;

const DATASETS: readonly WorldDataset[] = [
  {
    id: 'lima-x-world',
    name: 'Lima-X (world)',
    description: 'Clean, varied two-turn conversations of the embedded world; instructions and answers are parallel in all languages.',
    languages: WORLD_LANGUAGES,
    size: LIMA_SIZE,
    errorRate: 0,
  },
  {
    id: 'bactrian-x-world',
    name: 'Bactrian-X (world)',
    description: `Instructions are parallel; each language's teacher answers in its own words and is wrong in ${100 * ERROR_RATE} % of the answers.`,
    languages: WORLD_LANGUAGES,
    size: BACTRIAN_SIZE,
    errorRate: ERROR_RATE,
  },
  {
    id: 'bactrian-x-small-world',
    name: 'Bactrian-X-small (world)',
    description: `${LIMA_SIZE.toLocaleString('en')} records of Bactrian-X (world), the same ids in every language: as many as Lima-X (world).`,
    languages: WORLD_LANGUAGES,
    size: LIMA_SIZE,
    errorRate: ERROR_RATE,
  },
];

/** The world's datasets. */
export function worldDatasets(): readonly WorldDataset[] {
  return DATASETS;
}

/**
 * A dataset in one language, in the order of its ids. Deterministic: the same arguments give the same conversations.
 * @throws LabError `world.unknown-dataset`
 */
export function worldConversations(dataset: WorldDatasetId, language: WorldLanguage, options: WorldOptions = {}): Conversation[] {
  const records = worldRecords(dataset, options.limit);
  return records.map((record) => conversation(record, language, dataset === 'lima-x-world' ? answersOf(record.plan, language) : taught(record, language, options.errorRate ?? ERROR_RATE), dataset));
}

/** The language-independent records behind a dataset, in the order of their ids. */
export function worldRecords(dataset: WorldDatasetId, limit?: number): WorldRecord[] {
  switch (dataset) {
    case 'lima-x-world':
      return limaRecords().slice(0, limit);
    case 'bactrian-x-world':
      return Array.from({ length: Math.min(limit ?? BACTRIAN_SIZE, BACTRIAN_SIZE) }, (_, i) => bactrianRecord(i));
    case 'bactrian-x-small-world':
      return smallIndices().slice(0, limit).map(bactrianRecord);
    default:
      throw new LabError('world.unknown-dataset', `"${String(dataset)}" is not a dataset of the embedded world.`, `Use one of: ${DATASETS.map((d) => d.id).join(', ')}.`, { dataset });
  }
}

function conversation({ id, plan, phrasing, turns }: WorldRecord, language: WorldLanguage, answers: Pair<string>, source: string): Conversation {
  const questions = questionsOf(plan, phrasing, language);
  const messages: Conversation['messages'] = [];
  for (let i = 0; i < turns; i++) {
    messages.push({ role: 'user', content: questions[i] as string }, { role: 'assistant', content: answers[i] as string });
  }
  return { id, language, messages, source };
}

let lima: readonly WorldRecord[] | undefined;

/** Every kind in turn, so that categories and kinds are balanced; no record twice. */
function limaRecords(): readonly WorldRecord[] {
  if (lima) return lima;
  const rng = new Rng('lima-x-world');
  const order = rng.shuffle(Array.from({ length: LIMA_SIZE }, (_, i) => KINDS[i % KINDS.length] as (typeof KINDS)[number]));
  const seen = new Set<string>();
  lima = order.map((kind, i) => {
    for (let tries = 0; tries < 10_000; tries++) {
      const plan = drawPlan(kind.id, rng);
      const phrasing = { ask: rng.int(3), next: rng.int(2) };
      const key = `${planKey(plan)}/${phrasing.ask}/${phrasing.next}`;
      if (seen.has(key)) continue;
      seen.add(key);
      return { id: `lx-${String(i + 1).padStart(4, '0')}`, plan, phrasing, turns: 2 };
    }
    throw new Error(`There are not enough different tasks of the kind ${kind.id}.`);
  });
  return lima;
}

/** Record i of Bactrian-X by itself, so that a few of 64,000 cost no more than a few. Small kinds come up again. */
function bactrianRecord(i: number): WorldRecord {
  const rng = new Rng(`bactrian-x-world/${i}`);
  const plan = drawPlan(rng.pick(KINDS).id, rng);
  return { id: `bx-${String(i + 1).padStart(5, '0')}`, plan, phrasing: { ask: rng.int(3), next: rng.int(2) }, turns: rng.float() < TWO_TURN_RATE ? 2 : 1 };
}

function smallIndices(): number[] {
  const indices = Array.from({ length: BACTRIAN_SIZE }, (_, i) => i);
  return new Rng('bactrian-x-small-world').sample(indices, LIMA_SIZE).toSorted((a, b) => a - b);
}

/** A task that asks about nothing the benchmark asks about. */
function drawPlan(kindId: string, rng: Rng): TaskPlan {
  const kind = kindOf(kindId);
  for (let tries = 0; tries < 10_000; tries++) {
    const args = kind.draw(rng);
    if (!kind.facts(args).some((fact) => heldOut().has(fact))) return { kind: kindId, args };
  }
  throw new Error(`The benchmark leaves nothing of the kind ${kindId} to train on.`);
}

/** The answers of one language's teacher: its own paraphrase, sometimes a pleasantry first, sometimes wrong. */
function taught({ id, plan }: WorldRecord, language: WorldLanguage, errorRate: number): Pair<string> {
  const rng = new Rng(`teacher/${language}/${id}`);
  const { openers } = Tongue.of(language).wording;
  const answer = (turn: 0 | 1): string => {
    const said = rng.float() < errorRate ? kindOf(plan.kind).slip(plan.args, rng) : plan.args;
    const text = answersOf(plan, language, 1 + rng.int(4), said)[turn];
    const opener = rng.float() < OPENER_RATE ? rng.pick(openers) : '';
    return opener + text;
  };
  return [answer(0), answer(1)];
}
