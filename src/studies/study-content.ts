/** A study with everything that was measured of it. */
import type { Judgment } from '../records/judgment.ts';
import type { Answer, Question } from '../records/question.ts';
import type { Tuned } from '../records/adapter.ts';
import type { LossPoint } from '../records/loss.ts';
import type { StudyState } from '../records/study.ts';

export interface StudyContent {
  state: StudyState;
  questions: Question[];
  losses: LossPoint[];
  answers: Answer[];
  judgments: Judgment[];
  /** By cell. */
  adapters: Map<string, Tuned>;
}
