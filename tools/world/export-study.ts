/** Writes .cache/world/study.json for tune.py: the home study's mixes and the whole benchmark, as token ids. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { temperatureOf } from '../../src/data/benchmarks/index.ts';
import type { Conversation } from '../../src/records/conversation.ts';
import { compose, parseMix } from '../../src/data/recipes/index.ts';
import { HOME } from '../../src/catalog/home.ts';
import { parseManifest } from '../../src/records/manifest.ts';
import { questionMessages, trainingMessages } from '../../src/studies/prompting.ts';
import { renderExamples, renderPrompt } from '../../src/engine/text/chat.ts';
import { loadTokenizer } from '../../src/engine/text/tokenizer.ts';
import { WORLD_LANGUAGES, worldBenchmark, worldConversations, type WorldDatasetId } from '../../src/world/index.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '3' }, dataset: { type: 'string', default: HOME.datasets[0] as string }, out: { type: 'string', default: '.cache/world/study.json' } } });
const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const tokenizer = loadTokenizer(json('public/world/tokenizer.json'), json('public/world/tokenizer_config.json'));
const manifest = parseManifest(HOME);

const records: Record<string, readonly Conversation[]> = Object.fromEntries(WORLD_LANGUAGES.map((code) => [code, worldConversations(values.dataset as WorldDatasetId, code)]));
const mixes = Object.fromEntries(
  manifest.mixes.map((name) => [
    name,
    Object.fromEntries(
      Array.from({ length: Number(values.seeds) }, (_, seed) => {
        const { train } = compose(records, parseMix(name), { seed, evalFraction: manifest.training.eval_fraction });
        return [seed, train.flatMap((record) => renderExamples(tokenizer, trainingMessages(record, manifest.system_prompt)).examples).map(({ ids, loss }) => [ids, loss.map(Number)])];
      }),
    ),
  ]),
);
const questions = WORLD_LANGUAGES.flatMap((code) => worldBenchmark(code)).map((question) => {
  const prompt = renderPrompt(tokenizer, questionMessages(question, [], manifest.system_prompt));
  // What stands between an answer's end and the next: the prompt of turn 2 without turn 1 and its answer.
  const second = renderPrompt(tokenizer, questionMessages(question, [''], manifest.system_prompt));
  const end = second.indexOf(tokenizer.eos.id, prompt.length);
  return { id: question.question_id, language: question.language, category: question.category, prompt, glue: second.slice(end + 1), temperature: temperatureOf(question.category, manifest.benchmark.temperature) };
});
writeFileSync(values.out, JSON.stringify({ mixes, questions }));
const lengths = Object.values(mixes).flatMap((bySeed) => (bySeed['0'] ?? []).map(([ids]) => (ids as number[]).length));
console.log(`${lengths.length} examples, mean length ${(lengths.reduce((a, b) => a + b, 0) / lengths.length).toFixed(1)}, longest ${Math.max(...lengths)}; ${questions.length} questions, mean prompt ${(questions.reduce((a, q) => a + q.prompt.length, 0) / questions.length).toFixed(1)}`);
