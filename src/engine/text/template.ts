/**
 * Chat templates: Jinja, as transformers' `apply_chat_template` renders them, and the template of Weber et al. 2024
 * (arXiv 2402.13703) for tokenizers that bring none:
 *
 *     System: one sentence in the conversation's language
 *     User: ...
 *     Assistant: ...</s>
 */
import { Template } from '@huggingface/jinja';
import type { Message } from '../../records/conversation.ts';
import { LabError } from '../../core/errors.ts';
import { settled } from './jinja.ts';
import { repair, REPAIRS } from './jinja-repairs.ts';

/** Unicode noncharacters, which no text contains, to find `{% generation %}` blocks again in what was rendered. */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARKS = /[\uFDD0\uFDD1]/g;

/** A run of rendered text, and whether the template marks it as what the assistant generates. */
export interface Span {
  text: string;
  generated: boolean;
}

/** `{% generation %}` marks what the assistant writes: a space, the answer and the token that ends the turn. */
export function defaultChatTemplate(startsWithBos: boolean): string {
  return [
    startsWithBos ? '{{ bos_token }}' : '',
    '{% for message in messages %}',
    "{% if not loop.first %}{{ '\\n' }}{% endif %}",
    "{% if message.role == 'system' %}{{ 'System: ' + message.content }}",
    "{% elif message.role == 'user' %}{{ 'User: ' + message.content }}",
    "{% else %}{{ 'Assistant:' }}{% generation %}{{ ' ' + message.content + eos_token }}{% endgeneration %}{% endif %}",
    '{% endfor %}',
    "{% if add_generation_prompt %}{{ '\\nAssistant:' }}{% endif %}",
  ].join('');
}

export class ChatTemplate {
  /** Whether the template says itself what the assistant generates. */
  readonly marked: boolean;
  private readonly compiled: Template;
  private system: boolean | null = null;

  /**
   * @param source Jinja
   * @param globals the special tokens a template may write: bos_token, eos_token, pad_token and whatever else tokenizer_config.json names
   * @param origin the checkpoint's own template, or the lab's default for checkpoints without one
   * @throws LabError `text.template` when the source is not valid Jinja
   */
  constructor(
    readonly source: string,
    private readonly globals: Record<string, unknown>,
    readonly origin: 'own' | 'default',
  ) {
    this.marked = /{%[-+]?\s*generation\s*[-+]?%}/.test(source);
    try {
      this.compiled = new Template(settled(source, { open: OPEN, close: CLOSE }));
      repair(this.compiled);
    } catch (cause) {
      throw templateError('The chat template is not valid Jinja', cause);
    }
  }

  /** Whether a system message is written; a template may refuse one, or leave it out in silence. */
  get takesSystem(): boolean {
    this.system ??= this.writesSystem();
    return this.system;
  }

  private writesSystem(): boolean {
    const line = 'Answer in verse';
    try {
      return this.render([{ role: 'system', content: line }, { role: 'user', content: 'Hello' }], { addGenerationPrompt: true }).includes(line);
    } catch (thrown) {
      if (thrown instanceof LabError) return false;
      throw thrown;
    }
  }

  /**
   * The text of a conversation. `addGenerationPrompt` ends it where the assistant's next turn begins.
   * @throws LabError `text.template` when the template itself refuses the messages (a role it has not, turns that do not alternate)
   */
  render(messages: readonly Message[], options: { addGenerationPrompt: boolean }): string {
    return this.raw(messages, options.addGenerationPrompt).replace(MARKS, '');
  }

  /** The same text in runs, by the template's own `{% generation %}` marks; only for a template that is `marked`. */
  spans(messages: readonly Message[], options: { addGenerationPrompt: boolean }): Span[] {
    const spans: Span[] = [];
    let generated = false;
    for (const piece of this.raw(messages, options.addGenerationPrompt).split(/([\uFDD0\uFDD1])/)) {
      if (piece === OPEN) generated = true;
      else if (piece === CLOSE) generated = false;
      else if (piece !== '') spans.push({ text: piece, generated });
    }
    return spans;
  }

  private raw(messages: readonly Message[], addGenerationPrompt: boolean): string {
    const plain = messages.map(({ role, content }) => ({ role, content: content.replace(MARKS, '') }));
    try {
      return this.compiled.render({ ...REPAIRS, ...this.globals, messages: plain, add_generation_prompt: addGenerationPrompt, tools: null, documents: null });
    } catch (cause) {
      throw templateError(`The chat template refuses a conversation of ${messages.map((message) => message.role).join(', ')}`, cause);
    }
  }
}

function templateError(what: string, cause: unknown): LabError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new LabError('text.template', `${what}: ${detail}`, 'Use conversations in the form the template wants (one that refuses a system message: `system_prompt` false in the manifest), or remove chat_template from tokenizer_config.json to use the lab\'s default (System, User, Assistant).', { detail });
}
