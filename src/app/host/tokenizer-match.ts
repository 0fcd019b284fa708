/**
 * Whether a tokenizer belongs to a checkpoint, as far as their files tell. Refused is what could not run or was certainly made
 * for another model; what finetunes and padded vocabularies look like too is only noted.
 */
import { LabError } from '../../core/errors.ts';
import type { ModelConfig } from '../../engine/models/model-config.ts';
import type { SpecialToken, Tokenizer } from '../../engine/text/tokenizer.ts';

const HINT = 'Use the tokenizer files that belong to the checkpoint.';
/** Vocabularies are rounded up to a multiple or keep rows in reserve: Qwen3 has 151,936 rows for 151,669 tokens. Up to this share of them is no wonder. */
const SPARE = 1 / 32;
const SPARE_ROWS = 512;

type Ends = Pick<Tokenizer, 'vocabSize' | 'bos' | 'eos' | 'pad'>;
type Rows = Pick<ModelConfig, 'vocab_size' | 'bos_token_id' | 'eos_token_id' | 'pad_token_id'>;

/**
 * @param added ids of tokenizer.json's `added_tokens`
 * @returns what a person should know of
 * @throws LabError `models.vocabulary` (ids that the model has no row for), `models.special-tokens` (the token that ends a text is another)
 */
export function matchTokenizer(tokenizer: Ends, added: readonly number[], config: Rows): string[] {
  const { vocabSize, bos, eos, pad } = tokenizer;
  const { vocab_size: rows } = config;
  if (vocabSize > rows) {
    throw new LabError('models.vocabulary', `tokenizer.json has ${vocabSize} tokens, the model only ${rows}.`, HINT, { tokenizer: vocabSize, model: rows });
  }
  // Other added tokens may lie beyond the rows: Gemma 3 has one for images, which its text models never see.
  for (const [role, token] of [['bos', bos], ['eos', eos], ['pad', pad]] as const) {
    if (token && token.id >= rows) throw new LabError('models.vocabulary', `The tokenizer's ${role} token ${said(token)} is beyond the ${rows} rows of the model's vocabulary.`, `${HINT} If they do, name another ${role}_token in tokenizer_config.json.`, { [role]: token.id, model: rows });
  }
  const ends = config.eos_token_id;
  const notes: string[] = [];
  if (ends.length > 0 && !ends.includes(eos.id)) {
    // A finetune that ends its turns otherwise keeps the old end as a special token; another model's end is a word here, or nothing.
    if (!ends.some((id) => added.includes(id))) {
      throw new LabError('models.special-tokens', `The tokenizer ends a text with ${said(eos)}, but config.json with the id ${ends.join(' or ')}, which is no special token of this tokenizer.`, `${HINT} If they do, correct eos_token_id in config.json.`, { tokenizer: eos.id, model: ends });
    }
    notes.push(differ('ends a text with', eos, ends.join(' or ')));
  }
  if (bos && config.bos_token_id !== null && bos.id !== config.bos_token_id) notes.push(differ('begins a text with', bos, config.bos_token_id));
  // A tokenizer without a pad token of its own fills rows with its eos token, whatever config.json names.
  if (pad.id !== eos.id && config.pad_token_id !== null && pad.id !== config.pad_token_id) notes.push(differ('fills rows with', pad, config.pad_token_id));
  const tokens = added.reduce((most, id) => Math.max(most, id + 1), vocabSize);
  if (rows - tokens > Math.max(SPARE_ROWS, SPARE * rows)) notes.push(`tokenizer.json has ${tokens} tokens, the model rows for ${rows}: so large a difference is more than a rounded-up vocabulary, and the tokenizer may belong to another checkpoint.`);
  return notes;
}

const said = ({ token, id }: SpecialToken): string => `${token} (id ${id})`;
const differ = (does: string, token: SpecialToken, other: number | string): string => `The tokenizer ${does} ${said(token)}, config.json with the id ${other}. The lab goes by the tokenizer; if its files are of another checkpoint, import it again with its own.`;
