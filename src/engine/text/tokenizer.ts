/**
 * A checkpoint's tokenizer: tokenizer.json through @huggingface/tokenizers, the part of transformers.js that does this
 * (and a seventh of its size). Works the same in a worker, a page and Node; fetches nothing.
 */
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { LabError } from '../../core/errors.ts';
import { honourSingleWords } from './single-words.ts';
import { ChatTemplate, defaultChatTemplate } from './template.ts';

export interface SpecialToken {
  id: number;
  token: string;
}

export interface Tokenizer {
  readonly vocabSize: number;
  readonly bos: SpecialToken | null;
  readonly eos: SpecialToken;
  /** What fills rows; never carries loss, never attended to. The eos token where the tokenizer has none of its own. */
  readonly pad: SpecialToken;
  readonly template: ChatTemplate;
  /** Ids of text as it stands: nothing is added around it; special tokens written out in it are recognised. */
  encode(text: string): number[];
  /** Text of ids, special tokens left out unless `special` is set. */
  decode(ids: readonly number[], options?: { special?: boolean }): string;
  /** Whether an id is one of the tokens that stand for something other than text. */
  isSpecial(id: number): boolean;
  /** Whether an id is one of the tokens that tokenizer.json adds to its vocabulary, special or not. */
  isAdded(id: number): boolean;
}

/**
 * @param json the parsed tokenizer.json
 * @param config the parsed tokenizer_config.json; without it, special tokens are looked for under their usual names
 * @param chatTemplate the text of chat_template.jinja, where newer checkpoints keep the template
 * @throws LabError `text.tokenizer` when the file is not one or uses parts that are not supported, `text.no-eos` when
 *   nothing says which token ends a text
 */
export function loadTokenizer(json: unknown, config: unknown = {}, chatTemplate?: string): Tokenizer {
  const settings = isRecord(config) ? config : {};
  const inner = construct(json, settings);
  const added = new Set(inner.get_added_tokens_decoder().keys());
  const special = new Set([...inner.get_added_tokens_decoder().values()].filter((token) => token.special).map((token) => token.id));
  const find = (token: string): SpecialToken | null => {
    const id = inner.token_to_id(token);
    return id === undefined ? null : { id, token };
  };
  const named = (key: string): SpecialToken | null => {
    const value = settings[key];
    const token = isRecord(value) ? value['content'] : value;
    return typeof token === 'string' ? find(token) : null;
  };
  const usual = (tokens: readonly string[]): SpecialToken | null => tokens.map(find).find((token) => token !== null && special.has(token.id)) ?? null;

  const eos = named('eos_token') ?? usual(['</s>', '<|endoftext|>', '<|end_of_text|>', '<eos>', '<|eos|>']);
  if (!eos) {
    throw new LabError('text.no-eos', 'The tokenizer does not say which token ends a text: tokenizer_config.json names no eos_token that tokenizer.json has, and none of the usual ones is there.', 'Add the tokenizer_config.json that belongs to the checkpoint, or name its eos_token there.');
  }
  const bos = named('bos_token') ?? usual(['<s>', '<|begin_of_text|>', '<bos>']);
  const pad = named('pad_token') ?? usual(['<pad>', '<|pad|>', '[PAD]']) ?? eos;
  for (const token of [eos, bos, pad]) if (token) special.add(token.id);

  const addsBos = bos !== null && inner.encode('').ids[0] === bos.id;
  const template = chatTemplate ?? templateOf(settings['chat_template']);
  return {
    vocabSize: largestId(json, inner) + 1,
    bos,
    eos,
    pad,
    template: new ChatTemplate(template ?? defaultChatTemplate(addsBos), { ...namedTokens(settings), bos_token: bos?.token ?? '', eos_token: eos.token, pad_token: pad.token }, template === null ? 'default' : 'own'),
    encode: (text) => (text === '' ? [] : inner.encode(text, { add_special_tokens: false }).ids),
    decode: (ids, options) => {
      const kept = options?.special ? [...ids] : ids.filter((id) => !special.has(id));
      return kept.length === 0 ? '' : inner.decode(kept, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
    },
    isSpecial: (id) => special.has(id),
    isAdded: (id) => added.has(id) || special.has(id),
  };
}

const MODEL_TYPES: readonly string[] = ['BPE', 'Unigram', 'WordPiece'];

function construct(json: unknown, config: Record<string, unknown>): HuggingFaceTokenizer {
  if (!isRecord(json) || !isRecord(json['model'])) {
    throw new LabError('text.tokenizer', 'tokenizer.json does not hold a tokenizer: it has no "model".', 'Use the tokenizer.json that lies beside model.safetensors in a Hugging Face checkpoint. (A tokenizer.model file of SentencePiece cannot be read; convert it with transformers\' AutoTokenizer.save_pretrained.)');
  }
  const type = json['model']['type'];
  if (typeof type === 'string' && !MODEL_TYPES.includes(type)) {
    throw new LabError('text.tokenizer', `tokenizer.json holds a tokenizer of type "${type}", which cannot be used.`, `Use a checkpoint whose tokenizer is one of: ${MODEL_TYPES.join(', ')}.`, { type });
  }
  const wrong = wrongParts(json);
  if (wrong.length > 0) throw new LabError('text.tokenizer', `tokenizer.json cannot be used: ${wrong.slice(0, 4).join('; ')}.`, 'Save the tokenizer again with a recent transformers, and choose the new tokenizer.json.', { wrong });
  try {
    const tokenizer = new HuggingFaceTokenizer({ added_tokens: [], ...json }, config);
    honourSingleWords(tokenizer);
    // Parts that are only looked at when a text comes.
    tokenizer.encode('A text. 1');
    return tokenizer;
  } catch (cause) {
    throw LabError.from(cause instanceof Error ? new Error(`tokenizer.json cannot be used: ${cause.message}`) : cause, 'text.tokenizer', 'Save the tokenizer again with a recent transformers, and choose the new tokenizer.json.');
  }
}

/** Ids that are none, and patterns that the library would pass over with no more than a line on the console. */
function wrongParts(json: Record<string, unknown>): string[] {
  const isId = (id: unknown): boolean => typeof id === 'number' && Number.isInteger(id) && id >= 0;
  const wrong: string[] = [];
  const vocab = (json['model'] as Record<string, unknown>)['vocab'];
  if (isRecord(vocab)) for (const [token, id] of Object.entries(vocab)) if (!isId(id)) wrong.push(`the token ${JSON.stringify(token)} has the id ${JSON.stringify(id)}`);
  const added = json['added_tokens'];
  for (const token of Array.isArray(added) ? (added as unknown[]) : []) if (!isRecord(token) || !isId(token['id']) || typeof token['content'] !== 'string') wrong.push(`an added token is ${JSON.stringify(token)}`);
  const look = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(look);
    if (!isRecord(part)) return;
    const pattern = part['pattern'];
    if ('pattern' in part && !(isRecord(pattern) && (typeof pattern['String'] === 'string' || typeof pattern['Regex'] === 'string'))) wrong.push(`a part of the type ${JSON.stringify(part['type'])} has the pattern ${JSON.stringify(pattern)}`);
    Object.values(part).forEach(look);
  };
  for (const name of ['normalizer', 'pre_tokenizer', 'decoder']) look(json[name]);
  return wrong;
}

/** Ids of the tokens that a parsed tokenizer.json adds to its model's vocabulary. */
export function addedIds(json: unknown): number[] {
  return isRecord(json) && Array.isArray(json['added_tokens']) ? json['added_tokens'].flatMap((token) => (isRecord(token) && typeof token['id'] === 'number' ? [token['id']] : [])) : [];
}

/** The largest id that plain text can become. Added tokens count only below it: Gemma 3 adds one for images that its text models have no row for. */
function largestId(json: unknown, inner: HuggingFaceTokenizer): number {
  const added = new Set(addedIds(json));
  return [...inner.get_vocab().values()].reduce((most, id) => (id > most && !added.has(id) ? id : most), -1);
}

/** The other special tokens that a template may write, by transformers' names: unk_token, sep_token, cls_token, mask_token, additional_special_tokens. */
function namedTokens(settings: Record<string, unknown>): Record<string, unknown> {
  const text = (value: unknown): unknown => (isRecord(value) ? value['content'] : value);
  const single = Object.entries(settings).filter(([key, value]) => key.endsWith('_token') && typeof text(value) === 'string').map(([key, value]) => [key, text(value)] as const);
  const several = settings['additional_special_tokens'];
  return { ...Object.fromEntries(single), ...(Array.isArray(several) ? { additional_special_tokens: several.map(text) } : {}) };
}

/**
 * One template, or several of which the one named `default` is meant for chat; null where there is none.
 * @throws LabError `text.no-default-template` where none of several is the default one
 */
function templateOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value == null || (Array.isArray(value) && value.length === 0)) return null;
  const named = Array.isArray(value) ? value.filter(isRecord) : Object.entries(isRecord(value) ? value : {}).map(([name, template]) => ({ name, template }));
  const found = named.find(({ name }) => name === 'default')?.['template'];
  if (typeof found === 'string') return found;
  const names = named.map(({ name }) => String(name));
  throw new LabError('text.no-default-template', `tokenizer_config.json has several chat templates (${names.join(', ') || 'none that can be read'}), and none is named "default".`, 'Name the one that is meant for chat "default" in tokenizer_config.json, or put it alone into chat_template.jinja.', { names });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
