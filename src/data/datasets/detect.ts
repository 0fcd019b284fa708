import { LabError } from '../../core/errors.ts';
import { isJsonObject, kindOf } from '../../files/json.ts';
import type { Row } from '../../files/rows.ts';
import { LAYOUT_NAMES, LAYOUTS, type LayoutName, layoutOf } from './layouts.ts';

/** Records looked at before a file's layout is decided: enough that a few broken ones at the top do not decide it. */
export const SAMPLE = 32;

/**
 * The layout most of the sampled rows look like; the earlier row breaks a tie.
 * Throws `datasets.no-layout`, naming the fields that were found, when none looks like any.
 */
export function detectLayout(rows: readonly Row[], file: string): LayoutName {
  const votes = new Map<LayoutName, number>();
  for (const row of rows) {
    const layout = row.problem === undefined && isJsonObject(row.value) ? layoutOf(row.value) : null;
    if (layout) votes.set(layout, (votes.get(layout) ?? 0) + 1);
  }
  const best = [...votes].reduce<[LayoutName | null, number]>((most, vote) => (vote[1] > most[1] ? vote : most), [null, 0])[0];
  if (best) return best;

  const shapes = LAYOUT_NAMES.map((name) => `${LAYOUTS[name].title} ${LAYOUTS[name].shape}`).join('; ');
  const reason = `is in no layout the lab reads, and left out as a whole: ${findings(rows)}`;
  throw new LabError('datasets.no-layout', `${file} ${reason}.`, `A record must be one of: ${shapes}. Rename the fields, one record a line or one JSON array.`, {
    file,
    fields: fieldsOf(rows),
    reason,
  });
}

function findings(rows: readonly Row[]): string {
  if (rows.length === 0) return 'it is empty';
  const fields = fieldsOf(rows);
  if (fields.length > 0) return `its records have the fields ${fields.map((field) => `"${field}"`).join(', ')}`;
  const first = rows.find((row) => row.problem === undefined);
  if (first) return isJsonObject(first.value) ? 'its records have no fields' : `row ${first.line} is ${kindOf(first.value)}, not a record`;
  return `row ${rows[0]?.line} ${rows[0]?.problem}`;
}

/** Field names, commonest first. */
function fieldsOf(rows: readonly Row[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (row.problem !== undefined || !isJsonObject(row.value)) continue;
    for (const field of Object.keys(row.value)) counts.set(field, (counts.get(field) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([field]) => field).slice(0, 20);
}
