/** The part of Protocol Buffers' wire format that ONNX models need: varints, floats, strings, bytes, nested messages. */
import { LabError } from '../../core/errors.ts';

const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

const encoder = new TextEncoder();

/** Bytes that are made when their turn to be written comes. */
export interface LaterBytes {
  readonly length: number;
  make(): Promise<Uint8Array>;
}

export class ProtoWriter {
  private readonly parts: (Uint8Array | LaterBytes)[] = [];
  private size = 0;

  /** An int32, int64 or enum field. */
  varint(field: number, value: number): this {
    return this.tag(field, VARINT).raw(varintBytes(value));
  }

  /** A float field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.tag(field, FIXED32).raw(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  /** The bytes are kept, not copied, until the message is written. */
  bytes(field: number, value: Uint8Array | LaterBytes): this {
    return this.tag(field, LENGTH).raw(varintBytes(value.length)).raw(value);
  }

  message(field: number, message: ProtoWriter): this {
    this.tag(field, LENGTH).raw(varintBytes(message.size));
    for (const part of message.parts) this.raw(part);
    return this;
  }

  /** The message in pieces, for whoever writes them on: what is made later is never there all at once. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    for (const part of this.parts) {
      const bytes = part instanceof Uint8Array ? part : await part.make();
      if (bytes.length !== part.length) throw new LabError('onnx.constant', `A constant that was to have ${part.length} bytes came with ${bytes.length}.`, 'This is a fault in a model definition; please report it.');
      yield bytes;
    }
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      if (!(part instanceof Uint8Array)) throw new LabError('onnx.constant', 'A graph with constants that are made later can only be written in pieces.', 'This is a fault in a model definition; please report it.');
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  private tag(field: number, wire: number): this {
    return this.raw(varintBytes(field * 8 + wire));
  }

  private raw(bytes: Uint8Array | LaterBytes): this {
    this.parts.push(bytes);
    this.size += bytes.length;
    return this;
  }
}

/** Little-endian base 128; negative numbers as the 64-bit two's complement that protobuf prescribes. */
function varintBytes(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
