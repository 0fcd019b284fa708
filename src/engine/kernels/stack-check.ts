/**
 * Checks the operand stack at every instruction of a function, with the validation algorithm of the core specification, appendix
 * A.3. The lab's blocks take nothing and leave nothing. A browser refuses a wrong function too, but names only the byte.
 */
import type { Instruction, ValueType } from './instruction.ts';

/** A block that is open: what lay on the stack before it, and whether code at this place can be reached. */
interface Frame {
  name: string;
  height: number;
  reachable: boolean;
}

/**
 * @param locals types of parameters and locals, in order
 * @param results what the function returns
 * @param rest what is left at its end: nothing for instructions that others follow
 * @throws Error `instruction 12, i32.add: takes an i32 and finds nothing`
 * Longer than 60 lines: one case for each kind of effect, as in the specification's validation algorithm, over one stack.
 */
export function checkStack(code: readonly Instruction[], locals: readonly ValueType[], results: readonly ValueType[], rest = results): void {
  const stack: ValueType[] = [];
  const frames: Frame[] = [{ name: 'function', height: 0, reachable: true }];
  let place = 0;
  let current: Instruction | null = null;
  const refuse = (what: string): never => {
    throw new Error(`instruction ${place}, ${current?.name ?? 'end of the function'}: ${what}`);
  };
  const frame = (): Frame => frames.at(-1) as Frame;
  /** After a jump the stack is polymorphic: it holds any type. */
  const take = (wanted: ValueType | null): ValueType | null => {
    const { height, reachable } = frame();
    if (stack.length === height) return reachable ? refuse(`takes ${wanted ?? 'a value'} and finds nothing`) : wanted;
    const found = stack.pop() as ValueType;
    return wanted !== null && found !== wanted ? refuse(`takes ${wanted} and finds ${found}`) : found;
  };
  const takeAll = (wanted: readonly ValueType[]): void => {
    for (let i = wanted.length - 1; i >= 0; i--) take(wanted[i] as ValueType);
  };
  const local = (index: number): ValueType => locals[index] ?? refuse(`there is no local ${index}`);
  const leave = (): void => {
    if (stack.length !== frame().height) refuse(`${stack.slice(frame().height).join(' ')} left on the stack of the ${frame().name}`);
  };
  const jump = (): void => {
    stack.length = frame().height;
    frame().reachable = false;
  };

  const step = ({ name, effect }: Instruction): void => {
    switch (effect.kind) {
      case 'plain':
        takeAll(effect.takes);
        stack.push(...effect.leaves);
        return;
      case 'get':
        stack.push(local(effect.local));
        return;
      case 'set':
        take(local(effect.local));
        return;
      case 'choose': {
        take('i32');
        const second = take(null);
        const first = take(second) ?? second;
        if (first !== null) stack.push(first);
        return;
      }
      case 'open':
        if (effect.condition) take('i32');
        frames.push({ name, height: stack.length, reachable: true });
        return;
      case 'else':
        leave();
        if (frame().name !== 'if') refuse('there is no if');
        frame().reachable = true;
        return;
      case 'end':
        leave();
        if (frames.length === 1) refuse('there is nothing to end');
        frames.pop();
        return;
      case 'branch':
        if (effect.condition) take('i32');
        if (effect.depth >= frames.length - 1) refuse(`there are ${frames.length - 1} blocks to leave`);
        if (!effect.condition) jump();
        return;
      case 'return':
        takeAll(results);
        jump();
        return;
      case 'trap':
        jump();
    }
  };

  for (const own of code) {
    current = own;
    step(own);
    place++;
  }
  current = null;
  if (frames.length > 1) refuse(`the ${frame().name} is still open`);
  takeAll(rest);
  leave();
}
