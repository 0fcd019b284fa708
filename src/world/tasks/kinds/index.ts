/** All kinds of task, four a category, in MT-Bench's order of categories. */
import type { Kind } from '../kind.ts';
import { CODING } from './coding.ts';
import { EXTRACTION } from './extraction.ts';
import { HUMANITIES } from './humanities.ts';
import { MATH } from './math.ts';
import { REASONING } from './reasoning.ts';
import { ROLEPLAY } from './roleplay.ts';
import { STEM } from './stem.ts';
import { WRITING } from './writing.ts';

export const KINDS: readonly Kind[] = [...WRITING, ...ROLEPLAY, ...REASONING, ...MATH, ...CODING, ...EXTRACTION, ...STEM, ...HUMANITIES];

/** A kind by its id; throws with the id when there is none. */
export function kindOf(id: string): Kind {
  const found = KINDS.find((k) => k.id === id);
  if (!found) throw new Error(`"${id}" is not a kind of task.`);
  return found;
}
