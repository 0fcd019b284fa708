/** A study with everything that was measured of it. */
import type { Tuned } from '../engine/adapters/adapter.ts';
import type { LossPoint, StudyState } from '../app/facade.ts';
import type { Judgment } from '../records/judgment.ts';
import type { Answer, Question } from '../records/question.ts';

export interface StudyContent {
  state: StudyState;
  questions: Question[];
  losses: LossPoint[];
  answers: Answer[];
  judgments: Judgment[];
  /** By cell. */
  adapters: Map<string, Tuned>;
}
