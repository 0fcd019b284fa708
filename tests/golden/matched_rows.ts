/**
 * Writes tests/golden/data/matched/rows.json: the conversations as token ids, with 1 where the assistant speaks. Run by matched.py.
 *
 * By transformers.js and nothing of the lab's, so that what the lab puts before, between or after the turns would show. The
 * mask is by text: of each answer, what the template adds to the prompt that leads to it.
 */
import { AutoTokenizer, env } from '@huggingface/transformers';
import { readFileSync, writeFileSync } from 'node:fs';

interface Message {
  role: string;
  content: string;
}

const folder = 'tests/golden/data/matched';
Object.assign(env, { allowRemoteModels: false, localModelPath: 'public/' });
const tokenizer = await AutoTokenizer.from_pretrained('world', { local_files_only: true });
const chat = (messages: Message[], asking: boolean): string => tokenizer.apply_chat_template(messages, { tokenize: false, add_generation_prompt: asking }) as string;
const encode = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false });

const rows = readFileSync(`${folder}/conversations.jsonl`, 'utf8').trim().split('\n').map((line) => {
  const { messages } = JSON.parse(line) as { messages: Message[] };
  const ids = encode(chat(messages, false));
  const loss = ids.map(() => 0);
  messages.forEach(({ role }, i) => {
    if (role !== 'assistant') return;
    const before = encode(chat(messages.slice(0, i), true));
    const after = encode(chat(messages.slice(0, i + 1), false));
    if (after.some((id, at) => id !== ids[at]) || before.some((id, at) => id !== ids[at])) throw new Error(`the tokens of ${line} do not begin with those of its first ${i} messages`);
    loss.fill(1, before.length, after.length);
  });
  return { ids, loss };
});
writeFileSync(`${folder}/rows.json`, `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
