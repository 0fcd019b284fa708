/**
 * From messages to token ids, with the loss on exactly what the assistant generates: the answer's tokens and the token
 * that ends the turn.
 *
 * The text of a conversation is cut where the assistant's turns begin and end (engine/text/turns.ts), and tokenized so that the ids
 * up to each cut are a prefix of the ids after it. Where a template lets them, training and prompting use the same cuts, so
 * that a tuned model is asked in exactly the tokens it was trained on.
 */
import type { Message } from '../../records/conversation.ts';
import { LabError } from '../../core/errors.ts';
import type { Tokenizer } from './tokenizer.ts';
import { type Span, learningSpans, promptSpans } from './turns.ts';

/** One training example: token ids, and for each whether it is one that is learned. */
export interface Example {
  ids: number[];
  loss: boolean[];
}

export interface Rendered {
  /** One, or one for each assistant turn that is learned where the template rewrites earlier turns. */
  examples: Example[];
  /** Whether the turns became examples of their own. */
  split: boolean;
}

/**
 * A conversation as training sees it. A message with `train: false` carries no loss.
 * @param assistantOnly loss on the assistant's turns alone, else on every token but those of a turn that is not learned
 * @throws LabError `text.no-assistant` (nothing to learn), `text.no-end-of-turn` (the template ends the assistant's turn with no
 *   token of its own, so a tuned model could never stop), `text.template`, `text.template-not-prefix-stable` (a turn that is
 *   not learned cannot be told from the rest)
 */
export function renderExamples(tokenizer: Tokenizer, messages: readonly Message[], { assistantOnly = true }: { assistantOnly?: boolean } = {}): Rendered {
  if (!messages.some((message) => message.role === 'assistant')) {
    throw new LabError('text.no-assistant', 'The conversation has no assistant message, so there is nothing to learn from it.', 'Leave the record out, or add the answer.');
  }
  const { conversations, split } = learningSpans(tokenizer.template, messages, { whole: !assistantOnly });
  return { examples: conversations.map((spans) => tokenized(tokenizer, spans, assistantOnly)), split };
}

function tokenized(tokenizer: Tokenizer, spans: readonly Span[], assistantOnly: boolean): Example {
  const ids: number[] = [];
  const loss: boolean[] = [];
  let text = '';
  for (const span of spans) {
    const start = ids.length;
    text += span.text;
    extend(tokenizer, ids, text, span.text);
    const end = !span.generated ? start : assistantOnly ? endOfTurn(tokenizer, ids, start) : ids.length;
    const learned = span.learned !== false;
    for (let i = start; i < ids.length; i++) loss.push(learned && (assistantOnly ? i < end : true));
  }
  return { ids, loss };
}

/** A conversation's tokens up to where the assistant speaks next. `messages` ends with the user's turn. @throws LabError `text.template` */
export function renderPrompt(tokenizer: Tokenizer, messages: readonly Message[]): number[] {
  const ids: number[] = [];
  let text = '';
  for (const span of promptSpans(tokenizer.template, messages)) {
    text += span.text;
    extend(tokenizer, ids, text, span.text);
  }
  return ids;
}

/**
 * Tokens that end a generation: the tokenizer's eos, and the token its template ends an assistant's turn with
 * (ChatML checkpoints have eos `<|endoftext|>` but end turns with `<|im_end|>`).
 */
export function stopTokens(tokenizer: Tokenizer): number[] {
  const { eos } = tokenizer;
  try {
    const { examples } = renderExamples(tokenizer, [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }]);
    const { ids, loss } = examples[0] as Example;
    return [...new Set([eos.id, ids[loss.lastIndexOf(true)] as number])];
  } catch (thrown) {
    // It cannot be trained with; to be asked, its end of a text is enough.
    if (thrown instanceof LabError && thrown.code === 'text.no-end-of-turn') return [eos.id];
    throw thrown;
  }
}

/** Appends the tokens of `added`, the end of `text`, whose beginning `ids` already stands for. */
function extend(tokenizer: Tokenizer, ids: number[], text: string, added: string): void {
  // Some tokenizers treat the start of a text specially, so the whole is preferred where its ids go on from those so far.
  const whole = tokenizer.encode(text);
  const goesOn = whole.length >= ids.length && ids.every((id, i) => whole[i] === id);
  const more = goesOn ? whole.slice(ids.length) : tokenizer.encode(added);
  for (const id of more) ids.push(id);
}

/**
 * Where the loss of a generated run ends: after the token that ends the turn. That is the run's last special token; or, nearer to
 * its end, an added token that its tokenizer does not call special (`<|im_end|>` of some finetunes). What a template writes after
 * it belongs to no one.
 */
function endOfTurn(tokenizer: Tokenizer, ids: readonly number[], start: number): number {
  for (let end = ids.length; end > start; end--) {
    const id = ids[end - 1] as number;
    if (tokenizer.decode([id], { special: true }).trim() === '') continue;
    if (tokenizer.isAdded(id)) return end;
    break;
  }
  for (let end = ids.length; end > start; end--) if (tokenizer.isSpecial(ids[end - 1] as number)) return end;
  throw new LabError(
    'text.no-end-of-turn',
    'The chat template ends the assistant\'s turn with no special token, so a model tuned with it would never learn to stop.',
    'Let the template write eos_token after the assistant\'s content, or remove chat_template from tokenizer_config.json to use the lab\'s default.',
  );
}
