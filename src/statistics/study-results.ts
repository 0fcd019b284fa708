import type { Judgment } from '../records/judgment.ts';
import { type LanguageCode, studyOrder } from '../core/languages.ts';
import { CATEGORIES, type Answer, type Question } from '../records/question.ts';
import { Bootstrap, type Observation } from './bootstrap.ts';
import { type Cell, type LanguageOf, type Score, scoreTurns, type Scored } from './scores.ts';
import type { Estimate } from '../records/estimate.ts';
import type { LanguageVerdicts, StudyResults } from '../records/results.ts';

export interface StudyRecords {
  study: string;
  /** The judge's label. */
  judge: string;
  questionsPerCategory: number | null;
  cells: readonly Cell[];
  questions: readonly Question[];
  answers: readonly Answer[];
  judgments: readonly Judgment[];
  languageOf: LanguageOf;
  /** Of the bootstrap. */
  seed?: number;
  resamples?: number;
}

/** One model, dataset and mix: its seeds' cells together. */
interface Group {
  model: string;
  dataset: string;
  mix: string;
  kind: Cell['kind'];
  scores: Score[];
  languages: Scored['languages'];
  failed: Scored['failed'];
  noRoom: Scored['noRoom'];
}

/**
 * Every figure of a study, from its records. Cross-lingual means (`language: 'all'`) are means over the evaluation languages, and
 * improvements are (multilingual - monolingual) x 10, as Weber et al. 2024 define them. Seeds of one mix are pooled.
 */
export function studyResults(records: StudyRecords): StudyResults {
  const { study, judge, questionsPerCategory, cells, questions, answers, judgments, languageOf, seed = 0, resamples = 1000 } = records;
  const bootstrap = new Bootstrap(seed, resamples);
  const groups = groupsOf(cells, scoreTurns(cells, questions, answers, judgments, languageOf));
  const languages = studyOrder([...new Set(questions.map(({ language }) => language))]);
  const rows = [...languages, 'all' as const];
  const without: Without = (scored) => languages.filter((language) => !scored.some((one) => one.language === language));
  const name = ({ model, dataset, mix }: Group): Pick<Group, 'model' | 'dataset' | 'mix'> => ({ model, dataset, mix });
  const mean = (scores: readonly Score[], measure: 'raw' | 'gated'): Estimate => bootstrap.estimate(scores.map((score) => observation(score, score[measure])));

  return {
    study,
    judge,
    questionsPerCategory,
    heatmap: groups.flatMap((group) =>
      rows.map((language) => {
        const scores = within(group.scores, language);
        const turns = within(group.languages, language);
        const told = turns.filter(({ verdict }) => verdict !== 'untold');
        return {
          ...name(group),
          language,
          raw: mean(scores, 'raw'),
          gated: mean(scores, 'gated'),
          without: language === 'all' ? without(scores) : [],
          rightLanguage: bootstrap.estimate(told.map((turn) => observation(turn, turn.verdict === 'right' ? 1 : 0))),
          verdicts: verdictsOf(turns),
          failed: within(group.failed, language).length,
          noRoom: within(group.noRoom, language).length,
        };
      }),
    ),
    radar: groups.flatMap((group) =>
      rows.flatMap((language) => {
        const scores = within(group.scores, language);
        return CATEGORIES.flatMap((category) => {
          const own = scores.filter((score) => score.category === category);
          const raw = mean(own, 'raw');
          return raw.n === 0 ? [] : [{ ...name(group), language, category, raw, without: language === 'all' ? without(own) : [] }];
        });
      }),
    ),
    improvements: improvements(groups, bootstrap, without),
    turns: groups.flatMap((group) =>
      ([1, 2] as const).flatMap((turn) => {
        const own = group.scores.filter((score) => score.turn === turn);
        const raw = mean(own, 'raw');
        return raw.n === 0 ? [] : [{ ...name(group), turn, raw, without: without(own) }];
      }),
    ),
  };
}

/** The study's languages that none of these is in. */
type Without = (scored: readonly { language: LanguageCode }[]) => LanguageCode[];

function verdictsOf(turns: Scored['languages']): LanguageVerdicts {
  const counts: LanguageVerdicts = { right: 0, wrong: 0, untold: 0 };
  for (const { verdict } of turns) counts[verdict]++;
  return counts;
}

function groupsOf(cells: readonly Cell[], { scores, languages, failed, noRoom }: Scored): Group[] {
  const groups = new Map<string, Group>();
  const keyOf = ({ model, dataset, mix }: Cell): string => JSON.stringify([model, dataset, mix]);
  for (const cell of cells) {
    const { model, dataset, mix, kind } = cell;
    if (!groups.has(keyOf(cell))) groups.set(keyOf(cell), { model, dataset, mix, kind, scores: [], languages: [], failed: [], noRoom: [] });
  }
  const groupOf = (cell: Cell): Group => groups.get(keyOf(cell)) as Group;
  for (const score of scores) groupOf(score.cell).scores.push(score);
  for (const turn of languages) groupOf(turn.cell).languages.push(turn);
  for (const failure of failed) groupOf(failure.cell).failed.push(failure);
  for (const turn of noRoom) groupOf(turn.cell).noRoom.push(turn);
  return [...groups.values()];
}

/** Each multilingual mix against each monolingual one of the same model and dataset, turn by turn of the same questions. */
function improvements(groups: readonly Group[], bootstrap: Bootstrap, without: Without): StudyResults['improvements'] {
  const turns = new Map(groups.map((group) => [group, turnMeans(group.scores)]));
  const multilingual = groups.filter(({ kind }) => kind === 'union' || kind === 'sampled');
  return multilingual.flatMap((multi) => {
    const rivals = groups.filter(({ kind, model, dataset }) => kind === 'monolingual' && model === multi.model && dataset === multi.dataset);
    return rivals.flatMap((mono) => {
      const pairs: Observation[] = [];
      const paired: Score[] = [];
      for (const [key, { score, value }] of turns.get(multi) ?? []) {
        const rival = turns.get(mono)?.get(key);
        if (!rival) continue;
        pairs.push(observation(score, (value - rival.value) * 10));
        paired.push(score);
      }
      const points = bootstrap.estimate(pairs);
      return points.n === 0 ? [] : [{ model: multi.model, dataset: multi.dataset, multilingual: multi.mix, monolingual: mono.mix, points, without: without(paired) }];
    });
  });
}

/** A turn's score, the mean over seeds, by language, question and turn. */
function turnMeans(scores: readonly Score[]): Map<string, { score: Score; value: number }> {
  const sums = new Map<string, { score: Score; value: number; n: number }>();
  for (const score of scores) {
    const key = `${score.language} ${score.number} ${score.turn}`;
    const known = sums.get(key);
    if (!known) sums.set(key, { score, value: score.raw, n: 1 });
    else {
      known.n++;
      known.value += (score.raw - known.value) / known.n;
    }
  }
  return sums;
}

function within<T extends { language: LanguageCode }>(items: T[], language: LanguageCode | 'all'): T[] {
  return language === 'all' ? items : items.filter((item) => item.language === language);
}

/** Languages are strata and questions are clusters, whatever is measured. */
function observation({ number, language }: { number: string; language: LanguageCode }, value: number): Observation {
  return { cluster: number, stratum: language, value };
}
