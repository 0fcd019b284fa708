/** What other programs know a study's model by. */
import type { BaseReference } from '../records/adapter.ts';
import type { StudyState } from '../records/study.ts';

/** @returns the Hub's repository at its commit; the lab's own name for a model that came from a folder or ships with the page */
export function baseOf({ bases = {} }: Pick<StudyState, 'bases'>, model: string): BaseReference {
  return (Object.hasOwn(bases, model) ? bases[model] : undefined) ?? { name: model, revision: null };
}
