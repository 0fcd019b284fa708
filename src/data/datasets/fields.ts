/**
 * What the fields beside a record's own chat say, as tables: a field that changes what is said or learned refuses its record
 * by name. Of a record's other fields a note is made; of a turn's, only where the lab knows that they say nothing.
 *
 * Sources: axolotl (`train`, `train_detail`), mistral-finetune and OpenAI's fine-tuning (`weight`), ms-swift and AgentGym
 * (`loss`), torchtune (`masked`), LLaMA-Factory (`history`, `system`, `tools`, `kto_tag`, `chosen`), TRL (`chat_template_kwargs`).
 */
import { isJsonObject } from '../../files/json.ts';

/** Why a record cannot be used. Thrown while one is read and caught where the record ends. */
export class Unusable extends Error {}

/** Null, an empty text, list or object: many tools fill every column of every record. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

/** What a field does to its record, and with which values; any that is not empty where nothing is said. */
interface Change {
  how: string;
  when(value: unknown): boolean;
}

type Row = readonly [fields: string, how: string, when?: Change['when']];

function table(...rows: readonly Row[]): ReadonlyMap<string, Change> {
  return new Map(
    rows.flatMap(([fields, how, when = () => true]) =>
      fields.split(' ').map((field) => [field, { how, when }] as const),
    ),
  );
}

const on: Change['when'] = (value) => value !== false;
const off: Change['when'] = (value) => value === false;
const notOne: Change['when'] = (value) => value !== 1 && value !== true;
const numbers: Change['when'] = (value) => Array.isArray(value) && typeof value[0] === 'number';

const TOOLS = 'offers or calls tools, which the lab does not learn to use';
const MEDIA = 'shows what is not text';
const THOUGHT = 'is thought before the answer, which the lab does not learn';
const PART = 'marks parts of a text, and the lab learns a turn whole or not at all';
const PAIR = 'belongs to a preference pair, of which the lab would learn one side';

/** Fields of a record, in any layout, by name in lower case. */
const RECORD = table(
  ['tools functions available_tools tool_calls function_call function_calls', TOOLS, on],
  ['images image videos video audios audio objects', MEDIA, on],
  ['reasoning_content thinking', THOUGHT, on],
  [
    'chosen rejected chosen_response rejected_response chosen_messages rejected_messages preferred_output non_preferred_output',
    PAIR,
    on,
  ],
  // KTO's; a label of another kind (a category, ratings) says nothing.
  ['kto_tag label', 'says that the answer is not wanted', off],
  ['documents context demonstrations', 'is read with the question, and its layout has no place for it', on],
  ['instances', 'holds further examples, and the lab reads one from a record'],
  ['chat_template chat_template_kwargs', 'changes how the chat is written'],
  ['weight loss_weight loss_scale', 'weighs the record, and the lab learns all alike', notOne],
  ['train training trainable learn loss', 'says whether the record is learned', notOne],
  ['labels', PART, numbers],
  [
    'masked mask loss_mask assistant_masks completion_mask input_ids attention_mask train_detail training_detail',
    PART,
  ],
);

/** Fields of a turn. */
const TURN = table(
  ['tools functions tool_calls tool_call_id function_call function_calls', TOOLS, on],
  ['images image videos video audios audio files attachments', MEDIA, on],
  ['reasoning_content reasoning reasoning_details thinking thought thoughts channel', THOUGHT, on],
  ['train_detail training_detail mask loss_scale', PART],
  ['chosen rejected', PAIR, on],
  ['refusal', 'is said in place of the text', on],
  ['prefix', 'makes the turn a beginning that the model goes on from', on],
  ['deleted', 'takes the turn back', on],
);

/** Fields of a turn that say nothing to training: who, when, by what and how it was judged. */
const TURN_NOTED: ReadonlySet<string> = new Set(
  (
    'id message_id msg_id parent_id parent conversation_id turn turn_id turn_identifier turn_index index idx ' +
    'timestamp time date created_at created_date create_time updated_at ' +
    'name user user_id username hashed_ip country state header model model_name model_id source url ' +
    'language lang locale category categories task topic tags score scores rating rank quality toxic toxicity detoxify moderation redacted synthetic ' +
    'review_count review_result emojis tokens token_count num_tokens length char_count finish_reason usage metadata meta info annotations markdown html'
  ).split(' '),
);

/** Throws `Unusable` where a field beside the chat changes what the record says. @returns whether it says anything at all */
export function checkRecordField(field: string, value: unknown): boolean {
  if (isEmpty(value)) return false;
  return check(RECORD.get(field.toLowerCase()), field, value);
}

/** The same for a field of a turn. @param path of the turn: `messages.1` */
export function checkTurnField(path: string, role: string, field: string, value: unknown): boolean {
  const name = field.toLowerCase();
  const where = `${path}.${field}`;
  // An empty list of the parts to learn means that nothing of the turn is.
  if (isEmpty(value) && !(name.endsWith('_detail') && Array.isArray(value))) return false;
  const change = TURN.get(name);
  if (!change && !TURN_NOTED.has(name))
    throw new Unusable(
      `${where} is a field of a turn that the lab does not know: it may change what is said or learned`,
    );
  // OpenAI's way to write examples into the prompt.
  if (name === 'name' && role === 'system')
    throw new Unusable(`${where} names the speaker of a system message, which the lab has no place for`);
  return check(change, where, value);
}

/** @returns whether the field is one to note: where the lab knows what it says, and it says nothing, it is not */
function check(change: Change | undefined, where: string, value: unknown): boolean {
  if (change?.when(value)) throw new Unusable(`${where} ${change.how}`);
  return !change || (typeof value !== 'boolean' && change.when !== notOne);
}
