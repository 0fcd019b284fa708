/** Tells out-of-memory errors, after which a smaller part may be tried, from other failures. */
import { LabError } from '../../core/errors.ts';

/** Whether an error says that there was not enough memory, so that a smaller part may do. */
export function isOutOfMemory(thrown: unknown): boolean {
  return thrown instanceof LabError && (thrown.code === 'runtime.memory' || thrown.code === 'runtime.buffer-limit');
}
