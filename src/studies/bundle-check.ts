/** Whether a bundle's rows agree with one another: each is well-formed by itself (bundle-schema.ts). */
import { LabError } from '../core/errors.ts';
import type { StudyContent } from './study-content.ts';

type Part = 'study.json' | 'questions.jsonl' | 'losses.jsonl' | 'answers.jsonl' | 'judgments.jsonl';

/**
 * @param lineOf the line of a row in its file, for the message
 * @throws LabError `studies.bundle` naming the file and the line: the same thing twice, rows of a cell or question that is not
 *   there, a score that is none, turns that do not match how they ended
 */
export function checkBundle({ state, questions, losses, answers, judgments }: StudyContent, cells: readonly string[], lineOf: (row: object) => number): void {
  const known = new Set(cells);
  const asked = new Map(questions.map((question) => [question.question_id, question]));
  const checked = (file: Part): Checker => new Checker(file, known, asked, lineOf);

  const study = checked('study.json');
  for (const cell of state.cells) study.cell(cell, cell.id).once(cell, cell.id);
  const about = checked('questions.jsonl');
  for (const question of questions) about.once(question, question.question_id);
  const steps = checked('losses.jsonl');
  for (const point of losses) steps.cell(point, point.cell).once(point, `${point.cell}, step ${point.step}`);
  const given = checked('answers.jsonl');
  for (const answer of answers) {
    const { model_id, question_id, turns, finish, tokens } = answer;
    // Answers of other programs' logs say neither.
    const untold = finish.length === 0 && tokens.length === 0;
    given.cell(answer, model_id).question(answer, question_id).once(answer, `${model_id}, question ${question_id}`);
    given.holds(answer, untold || (finish.length === turns.length && tokens.length === turns.length), `has ${turns.length} turns, ${finish.length} ends and ${tokens.length} counts of tokens`);
    given.holds(answer, turns.length <= (asked.get(question_id)?.turns.length ?? 0), `answers ${turns.length} turns of a question that has ${asked.get(question_id)?.turns.length ?? 0}`);
  }
  const graded = checked('judgments.jsonl');
  for (const judgment of judgments) {
    const { model_id, question_id, language, judge_id, prompt_hash, answer_hash, turn, repeat } = judgment;
    graded.cell(judgment, model_id).question(judgment, question_id).once(judgment, JSON.stringify([model_id, question_id, language, judge_id, prompt_hash, answer_hash, turn, repeat]));
    graded.holds(judgment, judgment.state !== 'graded' || (judgment.score >= 1 && judgment.score <= 10), `has the score ${judgment.state === 'graded' ? judgment.score : ''}, which is not between 1 and 10`);
  }
}

class Checker {
  private readonly seen = new Set<string>();

  constructor(
    private readonly file: Part,
    private readonly cells: ReadonlySet<string>,
    private readonly questions: ReadonlyMap<string, unknown>,
    private readonly lineOf: (row: object) => number,
  ) {}

  cell(row: object, id: string): this {
    return this.holds(row, this.cells.has(id), `is of the cell "${id}", which the manifest does not have`);
  }

  question(row: object, id: string): this {
    return this.holds(row, this.questions.has(id), `is about the question "${id}", which the bundle does not have`);
  }

  once(row: object, key: string): this {
    this.holds(row, !this.seen.has(key), `repeats ${key}`);
    this.seen.add(key);
    return this;
  }

  holds(row: object, right: boolean, otherwise: string): this {
    if (right) return this;
    const line = this.lineOf(row);
    throw new LabError('studies.bundle', `Line ${line} of ${this.file} in the bundle ${otherwise}.`, 'The file is damaged or was edited: export the study again.', { file: this.file, line });
  }
}
