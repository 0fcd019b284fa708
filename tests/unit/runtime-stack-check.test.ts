import { expect, test } from '@playwright/test';
import { block, branch, branchIf, bytesOf, call, choose, type Code, END, f32, f32x4, functionBody, get, returnInstruction, i32, loop, set, unreachable, when, whenElse } from '../../src/engine/kernels/code.ts';
import { withPrologue, writeModule } from '../../src/engine/kernels/module.ts';
import { ownKernels } from '../../src/engine/kernels/proof.ts';

const body = (type: string, code: Code): Uint8Array => functionBody(type, [{ type: 'v128', count: 1 }], code);

/** Each with the sentence that names the slip. */
const WRONG: readonly (readonly [why: string, type: string, code: Code])[] = [
  ['instruction 1, i32.add: takes i32 and finds nothing', 'i32 -> i32', [get(0), i32.add]],
  ['instruction 2, i32.add: takes i32 and finds v128', 'i32 -> i32', [get(0), get(1), i32.add]],
  ['instruction 1, local.set 0: takes i32 and finds f32', 'i32 ->', [f32.constant(1), set(0)]],
  ['instruction 0, local.get 2: there is no local 2', 'i32 ->', get(2)],
  ['end of the function: takes i32 and finds nothing', '-> i32', []],
  ['end of the function: i32 left on the stack of the function', 'i32 ->', get(0)],
  ['instruction 2, end: i32 left on the stack of the block', 'i32 ->', block(get(0))],
  ['instruction 2, br_if 0: takes i32 and finds v128', 'i32 ->', loop(get(1), branchIf(0))],
  ['instruction 3, select: takes f32 and finds i32', 'i32 -> f32', [choose(get(0), f32.constant(1), get(0))]],
  ['instruction 1, call 0: takes f32 and finds i32', 'f32 ->', [i32.constant(1), call(0, 'f32 ->')]],
  ['instruction 1, return: takes f32 and finds i32', 'i32 -> f32', [get(0), returnInstruction]],
  ['instruction 3, else: i32 left on the stack of the if', 'i32 ->', whenElse(get(0), get(0), [])],
];

const valid = (type: string, own: Uint8Array): boolean => WebAssembly.validate(writeModule([{ name: 'own', type, body: own }], 1));
/** What `body` would give if it did not look: one local of 16 bytes, the instructions, the end. */
const unchecked = (code: Code): Uint8Array => Uint8Array.from([1, 1, 0x7b, ...bytesOf([code, END])]);

test('a slip is named, and is one: the browser refuses the same bytes', () => {
  for (const [why, type, code] of WRONG) {
    expect(() => body(type, code), why).toThrow(why);
    expect(valid(type, unchecked(code)), why).toBe(false);
  }
});

test('a branch out of all blocks is refused: kernels return by `return`', () => {
  expect(() => body('i32 ->', block(branch(1)))).toThrow('instruction 1, br 1: there are 1 blocks to leave');
});

test('what is right is taken, as a browser takes it: behind a jump anything goes', () => {
  const right: readonly (readonly [string, Code])[] = [
    ['i32 -> i32', [get(0), i32.constant(1), i32.add]],
    ['i32 -> i32', [when(get(0), i32.constant(1), returnInstruction), unreachable]],
    ['i32 -> f32', [choose(f32.constant(1), f32.constant(2), get(0))]],
    ['i32 -> i32', [unreachable, i32.add]],
    ['i32 ->', [f32x4.zero, set(1), loop(when(get(0), get(0), i32.constant(1), i32.sub, set(0), branch(1)))]],
    ['i32 -> i32', [whenElse(get(0), [get(0), returnInstruction], []), i32.constant(0)]],
  ];
  for (const [type, code] of right) {
    expect(valid(type, body(type, code)), type).toBe(true);
    expect([...body(type, code)]).toEqual([...unchecked(code)]);
  }
});

test('a prologue may return what the function returns, or leave nothing', () => {
  const whole = functionBody('i32 -> i32', [], get(0));
  expect(() => withPrologue('i32 -> i32', whole, when(get(0), i32.constant(5), returnInstruction))).not.toThrow();
  expect(() => withPrologue('i32 -> i32', whole, get(0))).toThrow('i32 left on the stack of the function');
  expect(() => withPrologue('i32 -> i32', whole, get(1))).toThrow('there is no local 1');
});

test('all kernels of the lab pass', () => {
  expect(() => ownKernels()).not.toThrow();
});
