/**
 * From messages to token ids, with the loss on exactly what the assistant generates: the answer's tokens and the token
 * that ends the turn.
 *
 * The text of a conversation is cut where the assistant's turns begin and end, and tokenized so that the ids up to each
 * cut are a prefix of the ids after it. Training and prompting use the same cuts, so that a tuned model is asked in
 * exactly the tokens it was trained on.
 */
import type { Message } from '../core/conversation.ts';
import { LabError } from '../core/errors.ts';
import type { Span } from './template.ts';
import type { Tokenizer } from './tokenizer.ts';

/** One training example: token ids, and for each whether it is one the assistant generates. */
export interface Example {
  ids: number[];
  loss: boolean[];
}

/**
 * A conversation as training sees it.
 * @throws LabError `text.no-assistant` (nothing to learn), `text.template-not-prefix-stable` (the template rewrites earlier
 *   turns when later ones are added, so no mask can be right), `text.no-end-of-turn` (the template ends the assistant's
 *   turn with no special token, so a tuned model could never stop), `text.template`
 */
export function renderExample(tokenizer: Tokenizer, messages: readonly Message[]): Example {
  if (!messages.some((message) => message.role === 'assistant')) {
    throw new LabError('text.no-assistant', 'The conversation has no assistant message, so there is nothing to learn from it.', 'Leave the record out, or add the answer.');
  }
  const ids: number[] = [];
  const loss: boolean[] = [];
  let text = '';
  for (const span of conversationSpans(tokenizer, messages, false)) {
    const start = ids.length;
    text += span.text;
    extend(tokenizer, ids, text, span.text);
    const end = span.generated ? endOfTurn(tokenizer, ids, start) : start;
    for (let i = start; i < ids.length; i++) loss.push(i < end);
  }
  return { ids, loss };
}

/** A conversation's tokens up to where the assistant speaks next. `messages` ends with the user's turn. */
export function renderPrompt(tokenizer: Tokenizer, messages: readonly Message[]): number[] {
  const ids: number[] = [];
  let text = '';
  for (const span of conversationSpans(tokenizer, messages, true)) {
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
  const example = renderExample(tokenizer, [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }]);
  const last = example.ids[example.loss.lastIndexOf(true)] as number;
  return [...new Set([tokenizer.eos.id, last])];
}

/** The text in runs that are generated or not, by the template's marks if it has them, else by what each assistant turn adds. */
function conversationSpans(tokenizer: Tokenizer, messages: readonly Message[], addGenerationPrompt: boolean): Span[] {
  const { template } = tokenizer;
  if (template.marked) return template.spans(messages, { addGenerationPrompt });

  const spans: Span[] = [];
  let text = '';
  const upTo = (rendered: string, generated: boolean): void => {
    if (!rendered.startsWith(text)) {
      throw new LabError(
        'text.template-not-prefix-stable',
        'The chat template changes the text of earlier turns when later ones are added, so the tokens the assistant generates cannot be told from the rest.',
        'Mark them in the template with {% generation %} ... {% endgeneration %}, or train on conversations of one turn.',
        { before: text.slice(-200), after: rendered.slice(0, text.length).slice(-200) },
      );
    }
    if (rendered.length > text.length) spans.push({ text: rendered.slice(text.length), generated });
    text = rendered;
  };
  messages.forEach((message, i) => {
    if (message.role !== 'assistant') return;
    upTo(template.render(messages.slice(0, i), { addGenerationPrompt: true }), false);
    upTo(template.render(messages.slice(0, i + 1), { addGenerationPrompt: false }), true);
  });
  if (addGenerationPrompt || messages.at(-1)?.role !== 'assistant') upTo(template.render(messages, { addGenerationPrompt }), false);
  return spans;
}

/** Appends the tokens of `added`, the end of `text`, whose beginning `ids` already stands for. */
function extend(tokenizer: Tokenizer, ids: number[], text: string, added: string): void {
  // Some tokenizers treat the start of a text specially, so the whole is preferred where its ids go on from those so far.
  const whole = tokenizer.encode(text);
  const goesOn = whole.length >= ids.length && ids.every((id, i) => whole[i] === id);
  const more = goesOn ? whole.slice(ids.length) : tokenizer.encode(added);
  for (const id of more) ids.push(id);
}

/** Where the loss of a generated run ends: after its last special token. What a template writes after that belongs to no one. */
function endOfTurn(tokenizer: Tokenizer, ids: readonly number[], start: number): number {
  for (let end = ids.length; end > start; end--) if (tokenizer.isSpecial(ids[end - 1] as number)) return end;
  throw new LabError(
    'text.no-end-of-turn',
    'The chat template ends the assistant\'s turn with no special token, so a model tuned with it would never learn to stop.',
    'Let the template write eos_token after the assistant\'s content, or remove chat_template from tokenizer_config.json to use the lab\'s default.',
  );
}
