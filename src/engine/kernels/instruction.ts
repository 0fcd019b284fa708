/** An instruction of WebAssembly, and what it does to the operand stack. */

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export interface Signature {
  kind: 'plain';
  takes: readonly ValueType[];
  leaves: readonly ValueType[];
}

/** What an instruction does to the operand stack and to the blocks it is in. */
export type Effect =
  | Signature
  | { kind: 'get' | 'set'; local: number }
  /** One of two values of the same type, by an i32. */
  | { kind: 'choose' }
  | { kind: 'open'; condition: boolean; loop: boolean }
  | { kind: 'else' }
  | { kind: 'end' }
  | { kind: 'branch'; depth: number; condition: boolean }
  | { kind: 'return' }
  | { kind: 'trap' };

export interface Instruction {
  /** As the specification's text format has it. */
  readonly name: string;
  readonly bytes: readonly number[];
  readonly effect: Effect;
}
