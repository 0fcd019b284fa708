/**
 * Where `@huggingface/jinja` 0.5.11 computes otherwise than Python's Jinja2, and a template of a real family would notice:
 * - `text.strip(characters)` and its like strip white space, whatever characters are named (Qwen3's template names a line end).
 * - `{% break %}` and `{% continue %}` take back what their iteration has written.
 * Both are repaired in the parsed template and in how its blocks are run; tests/unit/text-templates.test.ts shows each.
 */
import { Interpreter, type Template } from '@huggingface/jinja';

type Node = { type: string } & Record<string, unknown>;

/** The function that stands in for a string's own: set it in what a template is rendered with. */
export const REPAIRS = { pinch_strip: strip };

/** Bodies of loops, known by identity. */
const bodies = new WeakSet<object>();

export function repair({ parsed }: Template): void {
  visit(parsed as unknown as Node);
}

function visit(node: Node): void {
  if (node.type === 'For') bodies.add(node['body'] as object);
  const callee = node['callee'] as Node | undefined;
  const args = node['args'] as Node[] | undefined;
  if (node.type === 'CallExpression' && callee?.type === 'MemberExpression' && args && args.length > 0) {
    const name = (callee['property'] as Node)['value'];
    if (name === 'strip' || name === 'lstrip' || name === 'rstrip') {
      node['args'] = [{ type: 'StringLiteral', value: name }, callee['object'], ...args];
      node['callee'] = { type: 'Identifier', value: 'pinch_strip' };
    }
  }
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (child instanceof Map) for (const pair of child) for (const part of pair as unknown[]) if (isNode(part)) visit(part);
      if (isNode(child)) visit(child);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** Python's str.strip, lstrip and rstrip with characters named. */
function strip(side: string, text: string, characters: string): string {
  const named = new Set(characters);
  const letters = [...text];
  let [begin, end] = [0, letters.length];
  if (side !== 'rstrip') while (begin < end && named.has(letters[begin] as string)) begin++;
  if (side !== 'lstrip') while (end > begin && named.has(letters[end - 1] as string)) end--;
  return letters.slice(begin, end).join('');
}

interface Scope {
  lookupVariable(name: string): { value: Map<string, { value: unknown }> };
}
interface Blocks {
  evaluateBlock(statements: readonly Node[], scope: Scope): { value: string };
}

/** What was written before a break or continue, by the error that stands for it. */
const written = new WeakMap<object, { text: string; breaks: boolean }>();
/** A break whose iteration had written something: it ends the loop where the next iteration would begin. */
const pending = new WeakMap<object, unknown>();

const { evaluateBlock: original } = Interpreter.prototype as unknown as Blocks;

(Interpreter.prototype as unknown as Blocks).evaluateBlock = function (this: Blocks, statements, scope) {
  const loop = bodies.has(statements);
  if (loop && pending.has(statements)) {
    const thrown = pending.get(statements);
    pending.delete(statements);
    // Left from a loop that ended with its last item: this is another one's first.
    if (scope.lookupVariable('loop').value.get('first')?.value !== true) throw thrown;
  }
  let text = '';
  for (const statement of statements) {
    try {
      text += original.call(this, [statement], scope).value;
    } catch (thrown) {
      if (typeof thrown !== 'object' || thrown === null) throw thrown;
      if (statement.type === 'Break' || statement.type === 'Continue') written.set(thrown, { text: '', breaks: statement.type === 'Break' });
      const control = written.get(thrown);
      if (!control) throw thrown;
      control.text = text + control.text;
      if (!loop) throw thrown;
      if (control.breaks) pending.set(statements, thrown);
      text = control.text;
      break;
    }
  }
  const result = original.call(this, [], scope);
  result.value = text;
  return result;
};
