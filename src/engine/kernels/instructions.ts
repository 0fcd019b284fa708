/**
 * Walks over the instructions of any function body, to find which functions it calls. It decodes only where each instruction ends.
 * Immediates: the core specification 3.0, section 5.4; atomics from the threads proposal.
 */

/** What follows an opcode, letter by letter: `u` an unsigned and `s` a signed LEB128, digits that many bytes, `m` a memory argument, `b` a block type. */
const PLAIN: Readonly<Record<number, string>> = {
  0x02: 'b', 0x03: 'b', 0x04: 'b', 0x06: 'b', 0x07: 'u', 0x08: 'u', 0x09: 'u', 0x0c: 'u', 0x0d: 'u', 0x0e: 'table',
  0x10: 'u', 0x11: 'uu', 0x12: 'u', 0x13: 'uu', 0x18: 'u', 0x1c: 'types', 0x20: 'u', 0x21: 'u', 0x22: 'u', 0x23: 'u', 0x24: 'u', 0x25: 'u', 0x26: 'u',
  0x3f: 'u', 0x40: 'u', 0x41: 's', 0x42: 's', 0x43: '4', 0x44: '8', 0xd0: 's', 0xd2: 'u',
};
const [FIRST_MEMORY, LAST_MEMORY] = [0x28, 0x3e];
const BULK: Readonly<Record<number, string>> = { 8: 'uu', 9: 'u', 10: 'uu', 11: 'u', 12: 'uu', 13: 'u', 14: 'uu', 15: 'u', 16: 'u', 17: 'u' };
const PREFIX = { bulk: 0xfc, vector: 0xfd, atomic: 0xfe } as const;
const CALL = 0x10;
const REFERENCE = 0xd2;
/** A memory argument whose alignment has this bit names its memory too. */
const NAMES_MEMORY = 0x40;

function vectorImmediates(opcode: number): string {
  if (opcode <= 11 || opcode === 92 || opcode === 93) return 'm';
  if (opcode === 12 || opcode === 13) return '16';
  if (opcode >= 21 && opcode <= 34) return '1';
  return opcode >= 84 && opcode <= 91 ? 'm1' : '';
}

class Walk {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('the body ends inside an instruction');
    return value;
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Passes over what follows an opcode. */
  pass(immediates: string): void {
    if (immediates === 'table') {
      for (let left = this.unsigned() + 1; left > 0; left--) this.unsigned();
    } else if (immediates === 'types') {
      for (let left = this.unsigned(); left > 0; left--) this.byte();
    } else if (/^\d+$/.test(immediates)) {
      this.at += Number(immediates);
    } else {
      for (const letter of immediates) this.one(letter);
    }
  }

  private one(letter: string): void {
    if (letter === '1') this.byte();
    else if (letter === 'm') {
      if (this.unsigned() & NAMES_MEMORY) this.unsigned();
      this.unsigned();
    } else this.unsigned(); // A signed number and a block type end where their last byte does, too.
  }
}

/**
 * @param body declarations of locals, instructions, end
 * @returns indices of the functions it calls, or takes a reference to, each once
 * @throws Error at an instruction that is not known here
 */
export function calledIn(body: Uint8Array): Set<number> {
  const walk = new Walk(body);
  for (let groups = walk.unsigned(); groups > 0; groups--) {
    walk.unsigned();
    walk.byte();
  }
  const found = new Set<number>();
  while (!walk.done) {
    const opcode = walk.byte();
    if (opcode === CALL || opcode === REFERENCE) {
      found.add(walk.unsigned());
    } else if (opcode === PREFIX.vector) walk.pass(vectorImmediates(walk.unsigned()));
    else if (opcode === PREFIX.bulk) walk.pass(BULK[walk.unsigned()] ?? '');
    else if (opcode === PREFIX.atomic) walk.pass(walk.unsigned() === 3 ? '1' : 'm');
    else if (opcode >= FIRST_MEMORY && opcode <= LAST_MEMORY) walk.pass('m');
    else if (opcode in PLAIN) walk.pass(PLAIN[opcode] as string);
    else if (opcode >= 0xd3 || opcode === 0x1f) throw new Error(`an instruction of opcode ${opcode} that is not known here`);
  }
  return found;
}
