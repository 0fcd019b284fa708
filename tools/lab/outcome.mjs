// What came of a study, for the person and for the exit code: done means that every cell is, and that every judgment was given.

/** Reasons shown of many judgments that failed. */
const MOST_REASONS = 5;

/**
 * Names what is missing, each with its reason.
 * @param {{ state: object, judgments: object[] }} study state and judgments
 * @param {string} again how to try once more
 * @returns {boolean} whether nothing is missing
 */
export function tellOutcome({ state, judgments }, again) {
  const open = state.cells.filter(({ stage }) => stage !== 'done');
  const failed = judgments.filter((judgment) => judgment.state === 'failed');
  if (state.error) console.error(`${state.error.message} ${state.error.hint}`);
  for (const cell of open) console.error(`${cell.stage} ${cell.id}${cell.error ? `: ${cell.error.message} ${cell.error.hint}` : ''}`);
  const reasons = new Map();
  for (const { error } of failed) reasons.set(error.message, (reasons.get(error.message) ?? 0) + 1);
  if (failed.length > 0) console.error(`${failed.length} of ${judgments.length} judgments failed; they carry no score:`);
  for (const [reason, count] of [...reasons].slice(0, MOST_REASONS)) console.error(`  ${count} x ${reason}`);
  if (reasons.size > MOST_REASONS) console.error(`  and ${reasons.size - MOST_REASONS} other reasons; judgments.jsonl in study.pinch.zip has each`);
  const missing = [...(open.length > 0 ? [`${open.length} of ${state.cells.length} cells are open`] : []), ...(failed.length > 0 ? [failed.length === 1 ? '1 judgment failed' : `${failed.length} judgments failed`] : [])];
  if (missing.length === 0 && state.status === 'done') return true;
  console.error(`Not done: ${missing.join(', ') || `the study is ${state.status}`}. ${again}`);
  return false;
}
