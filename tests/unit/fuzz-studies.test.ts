/** Malformed bundles, manifests, study links and tokenizers: each is read and sound, or refused in words. */
import { expect, test } from '@playwright/test';
import { unzipSync, zipSync } from 'fflate';
import { readFileSync, readdirSync } from 'node:fs';
import { readStudyHash, writeStudyHash } from '../../src/app/address.ts';
import { HOME } from '../../src/catalog/home.ts';
import { loadTokenizer } from '../../src/engine/text/tokenizer.ts';
import { parseManifest } from '../../src/records/manifest.ts';
import { readBundle } from '../../src/studies/bundle.ts';
import { Rng } from '../../src/core/rng.ts';
import { runCampaign } from '../fuzz/campaign.ts';
import { BYTE_MUTATIONS, type Bytes, JSON_MUTATIONS, type Mutation } from '../fuzz/mutate.ts';
import { byteLevelJson, sentencePieceJson } from './text-fixture.ts';

const EDITION_1 = 'tests/fixtures/edition-1';
const bundles = readdirSync(EDITION_1).filter((name) => name.endsWith('.zip')).map((name) => new Uint8Array(readFileSync(`${EDITION_1}/${name}`)) as Bytes);

/** What a study's figures rest on. */
function sound({ state, questions, answers, judgments, losses }: ReturnType<typeof readBundle>): string | null {
  const cells = new Set(state.cells.map(({ id }) => id));
  const ids = new Set(questions.map(({ question_id }) => question_id));
  if (![...answers, ...judgments].every(({ model_id, question_id }) => cells.has(model_id) && ids.has(question_id))) return 'a row of nothing';
  if (!judgments.every((one) => one.state === 'failed' || (one.score >= 1 && one.score <= 10))) return 'a score that is none';
  return losses.every(({ cell, loss }) => cells.has(cell) && Number.isFinite(loss)) ? null : 'a loss that is none';
}

/** Mutations of one record of one file of a bundle. */
const ROWS: readonly Mutation<Bytes>[] = JSON_MUTATIONS.map(({ name, apply }) => ({
  name: `a row: ${name}`,
  apply(bytes, rng: Rng) {
    const files = unzipSync(bytes);
    const file = rng.pick(Object.keys(files).filter((path) => /\.jsonl?$/.test(path) && !path.startsWith('adapters/')));
    const text = new TextDecoder().decode(files[file]);
    const lines = file.endsWith('.jsonl') ? text.split('\n').filter(Boolean) : [text];
    if (lines.length === 0) return bytes;
    const at = rng.int(lines.length);
    lines[at] = JSON.stringify(apply(JSON.parse(lines[at] as string), rng)) ?? '';
    return zipSync({ ...files, [file]: new TextEncoder().encode(`${lines.join('\n')}\n`) }) as Bytes;
  },
}));

test('malformed bundles', async () => {
  expect(bundles.length).toBeGreaterThan(1);
  for (const bytes of bundles) expect(sound(readBundle(bytes))).toBeNull();
  await runCampaign<Bytes>({ reader: 'bundles, as bytes', seeds: bundles, mutations: BYTE_MUTATIONS, files: 240, read: (bytes) => sound(readBundle(bytes)) });
  await runCampaign<Bytes>({ reader: 'bundles, row by row', seeds: bundles, mutations: ROWS, files: 300, read: (bytes) => sound(readBundle(bytes)) });
});

test('malformed manifests and study links', async () => {
  const manifest = parseManifest(HOME);
  const whole = (read: ReturnType<typeof parseManifest>): string | null => (read.training.max_length >= 1 && read.mixes.length > 0 && read.seeds.every(Number.isInteger) ? null : 'a field that cannot be');
  await runCampaign<unknown>({ reader: 'manifests', seeds: [manifest, HOME], mutations: JSON_MUTATIONS, files: 300, read: (json) => whole(parseManifest(json)) });
  const link = new TextEncoder().encode(writeStudyHash(manifest)) as Bytes;
  await runCampaign<Bytes>({ reader: 'study links', seeds: [link], mutations: BYTE_MUTATIONS, files: 240, read: (bytes) => whole(parseManifest(readStudyHash(new TextDecoder().decode(bytes)))) });
});

test('malformed tokenizers', async () => {
  const config = { bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', chat_template: '{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}' };
  const works = (json: unknown, settings: unknown): string | null => {
    const tokenizer = loadTokenizer(json, settings);
    const ids = tokenizer.encode('Ja. 7');
    if (!ids.every((id) => Number.isInteger(id) && id >= 0)) return `ids ${JSON.stringify(ids)}`;
    return typeof tokenizer.decode(ids) === 'string' && typeof tokenizer.template.render([{ role: 'user', content: 'a' }], { addGenerationPrompt: true }) === 'string' ? null : 'no text';
  };
  await runCampaign<unknown>({ reader: 'tokenizer.json', seeds: [byteLevelJson(), sentencePieceJson()], mutations: JSON_MUTATIONS, files: 300, read: (json) => works(json, config) });
  await runCampaign<unknown>({ reader: 'tokenizer_config.json', seeds: [config], mutations: JSON_MUTATIONS, files: 240, read: (json) => works(byteLevelJson(), json) });
});
