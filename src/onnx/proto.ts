/** The part of Protocol Buffers' wire format that ONNX models need: varints, floats, strings, bytes, nested messages. */
const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

const encoder = new TextEncoder();

export class ProtoWriter {
  private readonly parts: Uint8Array[] = [];
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

  /** The bytes are kept, not copied, until `finish`. */
  bytes(field: number, value: Uint8Array): this {
    return this.tag(field, LENGTH).raw(varintBytes(value.length)).raw(value);
  }

  message(field: number, message: ProtoWriter): this {
    this.tag(field, LENGTH).raw(varintBytes(message.size));
    for (const part of message.parts) this.raw(part);
    return this;
  }

  /** The message in pieces, for whoever writes them on without having them in memory twice. */
  pieces(): readonly Uint8Array[] {
    return this.parts;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  private tag(field: number, wire: number): this {
    return this.raw(varintBytes(field * 8 + wire));
  }

  private raw(bytes: Uint8Array): this {
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
