/** Writes tests/golden/data/matched/rows.json: the conversations as token ids, with 1 where the assistant speaks. Run by matched.py. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Message } from '../../src/core/conversation.ts';
import { trainingMessages } from '../../src/studies/prompting.ts';
import { renderExample } from '../../src/text/chat.ts';
import { loadTokenizer } from '../../src/text/tokenizer.ts';

const folder = 'tests/golden/data/matched';
const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const tokenizer = loadTokenizer(json('public/world/tokenizer.json'), json('public/world/tokenizer_config.json'));
const records = readFileSync(`${folder}/conversations.jsonl`, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { id: string; language: string; messages: Message[] });
const rows = records.map((record) => renderExample(tokenizer, trainingMessages({ source: '', ...record }))).map(({ ids, loss }) => ({ ids, loss: loss.map(Number) }));
writeFileSync(`${folder}/rows.json`, `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
