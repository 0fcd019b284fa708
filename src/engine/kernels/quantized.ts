/**
 * Matrix products with quantised weights of four or eight bits (engine/models/quantize.ts), decoded where they are multiplied.
 *
 * ONNX Runtime's MatMulNBits decodes the whole matrix to float32 on one thread. MLAS then reads it again to pack it. Here the
 * decoder (MlasDequantizeBlockwise) decodes nothing. It writes a note into the buffer of the decoded matrix, which says where the
 * quantised values are. The product (MlasSgemmOperation) recognises a note in place of B. For many rows every thread decodes a
 * panel at a time, in the order in which the product kernels read it (quantized-panels.ts). For a few rows it decodes as it
 * multiplies (quantized-dots.ts).
 *
 * Backpropagation needs dy W in place of x W^T, for which ONNX has no operator. A MatMulNBits with the shape of W^T and negative
 * scales stands for it (`matMulTransposedNBits` in engine/onnx/ops/quantized.ts).
 */
import { branch, call, choose, type Code, f32, functionBody, get, returnInstruction, i32, increase, loop, moveStackPointer, set, stackPointer, unreachable, when, whenElse } from './code.ts';
import { dots, MOST_ROWS_OF_DOTS } from './quantized-dots.ts';
import { NOTE, PANEL_COLUMNS, panels } from './quantized-panels.ts';
import type { Bits } from './unpack.ts';
import { NOT_TRANSPOSED, TRANSPOSED } from './few-rows.ts';
import { DECODER_TYPE, OPERATION_TYPE, SGEMM_TYPE } from './mlas.ts';
import { atLeast, each } from './tile.ts';

const MARK_WORDS = 4;
/** Rows of the decoded matrix from one note to the next. MLAS gives each thread a multiple of so many columns of the product. */
const ROWS_A_NOTE = PANEL_COLUMNS;
/** A note fits into a row of so many numbers. */
const FEWEST_COLUMNS = 16;

/** `kind` of a note, an index here: which function decodes its panels and, if not transposed, which one computes its dot products. */
const KINDS: readonly { bits: Bits; transposed: boolean }[] = [{ bits: 4, transposed: false }, { bits: 8, transposed: false }, { bits: 4, transposed: true }, { bits: 8, transposed: true }];
const PLAIN = KINDS.filter(({ transposed }) => !transposed);

/** Columns and depth of what is decoded at once: what MLAS packs at once. */
const COLUMNS_AT_ONCE = 128;
const DEPTH_AT_ONCE = 128;
const PANEL_BYTES = 4 * COLUMNS_AT_ONCE * DEPTH_AT_ONCE;
const LINE = 64;

/** Function indices, in the module, of what the product calls. */
export interface QuantizedCalls {
  zero: number;
  add: number;
  /** The first of `further`. */
  further: number;
}

export interface QuantizedKernels {
  /** Bodies in place of the decoders', which write notes. */
  notes: Readonly<Record<Bits, Uint8Array>>;
  /** Functions that the product calls beside the kernels; each has the type of the decoders or of the operation. */
  further: readonly { as: 'decoder' | 'operation'; body: Uint8Array }[];
  /** The product itself, which has the type of MLAS's operation. */
  product(calls: QuantizedCalls): Uint8Array;
  /** A prologue for MlasSgemmOperation: where B is a note, it calls the function `product` and returns. */
  handsOver(product: number): Code;
}

/** @param mark the words that every note begins with: random, and new in every page, so that no weight begins with them */
export function quantizedKernels(mark = crypto.getRandomValues(new Uint32Array(MARK_WORDS))): QuantizedKernels {
  return {
    notes: { 4: notes(4, mark), 8: notes(8, mark) },
    further: [...KINDS.map(({ bits, transposed }) => ({ as: 'decoder' as const, body: panels(bits, transposed) })), ...PLAIN.map(({ bits }) => ({ as: 'operation' as const, body: dots(bits) }))],
    product,
    handsOver: (own) => handsOver(own, mark),
  };
}

/**
 * The decoder that writes notes. It takes what the lab's graphs need: column-wise blocks, given zero points, a depth that is a
 * multiple of the block, and whole bytes of zero points in each column. It traps at anything else.
 */
function notes(bits: Bits, mark: Uint32Array): Uint8Array {
  const [OUT, CODES, SCALES, ZEROS, BLOCK, COLUMN_WISE, DEPTH, ROWS] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [ROW, TURNS, STEP] = [9, 10, 11];
  const refused = [
    [get(COLUMN_WISE), i32.equalsZero],
    [get(ZEROS), i32.equalsZero],
    [get(BLOCK), i32.constant(FEWEST_COLUMNS), i32.lessUnsigned],
    [get(DEPTH), get(BLOCK), i32.remainder],
    ...(bits === 4 ? [[get(DEPTH), get(BLOCK), i32.divide, i32.constant(1), i32.and]] : []),
  ];
  const word = (offset: number, value: Code): Code => [get(OUT), value, i32.store(offset)];
  return functionBody(DECODER_TYPE, [{ type: 'i32', count: 3 }], [
    refused.map((condition) => when(condition, unreachable)),
    // The sign of the first scale.
    get(SCALES), i32.load(0), i32.constant(31), i32.shiftRight, set(TURNS),
    get(DEPTH), i32.constant(Math.log2(4 * ROWS_A_NOTE)), i32.shiftLeft, set(STEP),
    loop(when([get(ROW), get(ROWS), i32.lessUnsigned],
      Array.from(mark, (value, i) => word(NOTE.mark + 4 * i, i32.constant(value | 0))),
      word(NOTE.codes, get(CODES)),
      word(NOTE.scales, get(SCALES)),
      word(NOTE.zeros, get(ZEROS)),
      word(NOTE.row, get(ROW)),
      word(NOTE.rows, get(ROWS)),
      word(NOTE.block, get(BLOCK)),
      word(NOTE.kind, choose(kind(bits, true), kind(bits, false), get(TURNS))),
      increase(OUT, get(STEP)),
      increase(ROW, i32.constant(ROWS_A_NOTE)),
      branch(1))),
  ]);
}

const kind = (bits: Bits, transposed: boolean): Code => i32.constant(KINDS.findIndex((own) => own.bits === bits && own.transposed === transposed));

const [A_TRANSPOSED, B_TRANSPOSED, M, N, K, ALPHA, A, LDA, B, BETA, C, LDC] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12] as const;
const PARAMETERS = 13;
const LOCALS = [13, 14, 15, 16, 17, 18, 19, 20, 21, 22] as const;

function product({ zero, add, further }: QuantizedCalls): Uint8Array {
  const [STACK, PANEL, COLUMN, COLUMNS, DEPTH_AT, DEPTH, ROWS_LEFT, A_AT, C_AT, HANDLED] = LOCALS;
  const upTo = (most: number, left: Code): Code => choose([left], i32.constant(most), [left, i32.constant(most), i32.lessUnsigned]);
  const isOf = (own: number): Code => [get(B), i32.load(NOTE.kind), i32.constant(own), i32.equals];
  const bytes = (local: number): Code => [get(local), i32.constant(2), i32.shiftLeft];
  const rows = (kernel: number): Code => [get(A_AT), get(PANEL), get(C_AT), get(DEPTH), get(ROWS_LEFT), get(COLUMNS), get(LDA), get(LDC), get(ALPHA), call(kernel, SGEMM_TYPE), set(HANDLED)];
  const onward = (pointer: number, stride: number): Code => increase(pointer, [get(HANDLED), get(stride), i32.mul, i32.constant(2), i32.shiftLeft]);
  return functionBody(OPERATION_TYPE, [{ type: 'i32', count: LOCALS.length }], [
    // MatMulNBits computes no other products.
    when([get(A_TRANSPOSED), i32.constant(NOT_TRANSPOSED), i32.equals, i32.equalsZero], unreachable),
    when([get(BETA), f32.constant(0), f32.differs, get(BETA), f32.constant(1), f32.differs, i32.and], unreachable),
    when([get(M), i32.constant(MOST_ROWS_OF_DOTS), i32.lessOrEqualUnsigned],
      PLAIN.map((own, i) => when(isOf(KINDS.indexOf(own)), each(PARAMETERS, get), call(further + KINDS.length + i, OPERATION_TYPE), returnInstruction))),
    stackPointer, set(STACK),
    get(STACK), i32.constant(PANEL_BYTES), i32.sub, i32.constant(-LINE), i32.and, set(PANEL),
    // The product kernels use the stack below.
    get(PANEL), moveStackPointer,
    loop(when([get(COLUMN), get(N), i32.lessUnsigned],
      upTo(COLUMNS_AT_ONCE, [get(N), get(COLUMN), i32.sub]), set(COLUMNS),
      i32.constant(0), set(DEPTH_AT),
      loop(when([get(DEPTH_AT), get(K), i32.lessUnsigned],
        upTo(DEPTH_AT_ONCE, [get(K), get(DEPTH_AT), i32.sub]), set(DEPTH),
        KINDS.map((_, i) => when(isOf(i),
          get(B), get(PANEL), get(COLUMN), get(COLUMNS), get(DEPTH_AT), get(DEPTH), get(K), i32.constant(0), i32.constant(0), call(further + i, DECODER_TYPE))),
        get(M), set(ROWS_LEFT),
        get(A), bytes(DEPTH_AT), i32.add, set(A_AT),
        get(C), bytes(COLUMN), i32.add, set(C_AT),
        loop(when(get(ROWS_LEFT),
          whenElse([get(DEPTH_AT), i32.equalsZero, get(BETA), f32.constant(0), f32.equals, i32.and], rows(zero), rows(add)),
          onward(A_AT, LDA),
          onward(C_AT, LDC),
          get(ROWS_LEFT), get(HANDLED), i32.sub, set(ROWS_LEFT),
          branch(1))),
        increase(DEPTH_AT, get(DEPTH)),
        branch(1))),
      increase(COLUMN, get(COLUMNS)),
      branch(1))),
    get(STACK), moveStackPointer,
  ]);
}

function handsOver(own: number, mark: Uint32Array): Code {
  return when(
    [
      [get(B_TRANSPOSED), i32.constant(TRANSPOSED), i32.equals],
      atLeast(K, FEWEST_COLUMNS), i32.and,
      Array.from(mark, (value, i): Code => [get(B), i32.load(NOTE.mark + 4 * i), i32.constant(value | 0), i32.equals, i32.and]),
    ],
    each(PARAMETERS, get),
    call(own, OPERATION_TYPE),
    returnInstruction,
  );
}
