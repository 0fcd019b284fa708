// From a study bundle to the files people and scripts read: losses, answers, judgments, scores, adapters with their model cards.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';

/** @param {string} out the folder that has study.pinch.zip, and gets the rest @returns what the bundle holds */
export async function writeParts(out, studies) {
  const zip = new Uint8Array(readFileSync(join(out, 'study.pinch.zip')));
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    if (name !== 'losses.jsonl' && !name.startsWith('adapters/')) continue;
    const path = join(out, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, name === 'losses.jsonl' ? strFromU8(bytes) : bytes);
  }
  const content = studies.readBundle(zip);
  for (const cell of content.state.cells) {
    const adapter = content.adapters.get(cell.id);
    if (adapter) writeFileSync(join(out, 'adapters', cell.id, 'README.md'), await studies.cardOf(content, cell, adapter, studies.isFull(adapter) ? 'weights' : 'peft', studies.version));
  }
  // In one order, whatever order the cells were computed in and whichever shard had them. Ids compare by code unit, as storage does.
  const sorted = (rows, ...keys) => rows.toSorted((a, b) => keys.map((key) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0)).find((sign) => sign !== 0) ?? 0);
  writeFileSync(join(out, 'answers.jsonl'), studies.writeAnswers(sorted(content.answers, 'model_id', 'question_id')));
  writeFileSync(join(out, 'judgments.jsonl'), studies.writeJudgments(sorted(content.judgments, 'model_id', 'question_id', 'turn', 'repeat')));
  const results = await studies.resultsOf(content);
  writeFileSync(join(out, 'scores.json'), `${JSON.stringify(results, null, 2)}\n`);
  const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`;
  const number = (value) => (Number.isFinite(value) ? String(value) : '');
  const rows = results.heatmap.map(({ model, dataset, mix, language, raw, gated, verdicts: { right, wrong, untold }, failed, noRoom, without }) => {
    const numbers = [raw.mean, raw.low, raw.high, raw.n, gated.mean, right, wrong, untold, failed, noRoom].map(number);
    return [...[model, dataset, mix, language].map(quoted), ...numbers, quoted(without.join(' '))].join(',');
  });
  const header = 'model,dataset,mix,language,mean,low,high,n,gated_mean,right_language,wrong_language,untold_language,failed,no_room,without';
  writeFileSync(join(out, 'scores.csv'), `${[header, ...rows].join('\n')}\n`);
  return content;
}
