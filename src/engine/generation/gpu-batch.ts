/**
 * A batch whose key-value cache stays on the GPU. Every row has a slot of its own: its prompt's keys and values at the beginning of
 * the past, those of its answer at the beginning of the window. Rows may come and go at any step, since what a slot held before is
 * overwritten or masked.
 */
import { type Columns, type DeviceTensor, type Feeds, host, type Program, type Session } from '../runtime/index.ts';
import { decodeStep, type MemoryLengths, partLength } from './decode-step.ts';
import { type Decoding, lastFeeds, memoryNames, prefill, seenTokens, settingFeeds } from './decoder.ts';
import type { Row } from './rows.ts';
import { samplingKey } from './sampling.ts';
import { rowsOf } from './shape.ts';
import type { Refill } from './waiting.ts';

type Part = keyof MemoryLengths;

export class GpuBatch {
  readonly rows: (Row | null)[];
  private lengths: MemoryLengths = { past: 0, window: 0 };
  /** Keys and values of every layer, by the names of `memoryNames`. */
  private readonly memory: Record<Part, Map<string, DeviceTensor>> = { past: new Map(), window: new Map() };
  /** float32 [B, V]: which tokens each row has had, where they are penalised. */
  private readonly seen: DeviceTensor | null;
  /** int32 [B]: 0, 1, 2, ... and 0, 0, 0, ... */
  private readonly counting: DeviceTensor;
  private readonly start: DeviceTensor;
  /** float32 [B] of 1. */
  private readonly ones: DeviceTensor;
  /** The step for these lengths: captured, and bound to the memory. */
  private step: { program: Program; session: Promise<Session> } | null = null;
  private settings: Feeds = {};
  private token: Feeds[string];
  /** Tokens of steps that have not been looked at. */
  private readonly unread: DeviceTensor[] = [];

  /** An empty batch for `decoding.shape`; whoever makes it disposes it. */
  constructor(private readonly decoding: Pick<Decoding, 'shape' | 'sessions' | 'adapters'>) {
    const { shape } = decoding;
    const { device, config } = shape.model;
    const count = rowsOf(shape);
    this.rows = Array.from({ length: count }, () => null);
    this.token = lastFeeds(this.rows).token;
    this.counting = device.upload(host('int32', [count], Int32Array.from({ length: count }, (_, i) => i)));
    this.start = device.zeros('int32', [count]);
    this.ones = device.upload(host('float32', [count], new Float32Array(count).fill(1)));
    this.seen = shape.sampling.penalise ? device.zeros('float32', [count, config.vocab_size]) : null;
  }

  /** Whether other rows may take this batch's places: those of the same adapters, as many, and chosen alike. */
  serves({ shape, adapters }: Decoding): boolean {
    const own = this.decoding;
    return adapters === own.adapters && rowsOf(shape) === rowsOf(own.shape) && shape.adapters === own.shape.adapters && shape.positions === own.shape.positions && samplingKey(shape.sampling) === samplingKey(own.shape.sampling);
  }

  /** Rows that are not done. */
  get running(): Row[] {
    return this.rows.filter((row): row is Row => row !== null && !row.done);
  }

  /** Prefills new rows and puts them in their places. All tokens must have been looked at. */
  async place({ rows: fresh, from: places }: Refill): Promise<void> {
    const { decoding, rows } = this;
    const { shape } = decoding;
    const { device, config: { vocab_size: vocabulary } } = shape.model;
    const fewer = { ...decoding, shape: { ...shape, batch: fresh.length / shape.adapters } };
    const { memory, longest } = await prefill(fewer, fresh);
    const temporary = Object.values(memory);
    const keep = (tensor: DeviceTensor): DeviceTensor => {
      temporary.push(tensor);
      return tensor;
    };
    try {
      const from = keep(device.upload(host('int32', [rows.length], Int32Array.from(places, (place) => place ?? -1))));
      const had = this.seen && keep(device.upload(seenTokens(fewer, fresh)));
      places.forEach((source, place) => {
        if (source !== null) rows[place] = fresh[source] as Row;
      });
      const past = partLength('past', Math.max(...this.running.map(promptMemory)));
      if (past > this.lengths.past || 2 * past <= this.lengths.past) await this.resize({ ...this.lengths, past });
      const columns = [this.lengths.past, longest] as const;
      device.insert([
        ...this.writes(this.memory.past, (name) => ({ source: memory[name] as DeviceTensor, columns, count: Math.min(...columns), from, at: this.start })),
        ...(this.seen && had ? [{ target: this.seen, source: had, lines: 1, width: 1, columns: [vocabulary, vocabulary] as const, count: vocabulary, from, at: this.start }] : []),
      ]);
    } finally {
      for (const tensor of temporary) tensor.dispose();
    }
    this.token = lastFeeds(rows).token;
    const { adapters: _, ...settings } = settingFeeds(decoding, rows);
    this.settings = { ...settings, past_filled: filled(rows, promptMemory) };
  }

  /** Makes the window as long as the next `steps` steps need it. */
  async makeRoom(steps: number): Promise<void> {
    const window = partLength('window', Math.max(...this.running.map(({ tokens }) => tokens.length)) + steps);
    if (window > this.lengths.window || 4 * window <= this.lengths.window) await this.resize({ ...this.lengths, window });
  }

  /** Asks for every row's next token, without waiting for it. */
  async advance(): Promise<void> {
    const { decoding, rows } = this;
    const { shape } = decoding;
    const { device, config } = shape.model;
    const ahead = this.unread.length;
    // A row that is done stands still until it is replaced.
    const beyond = (row: Row): number => (row.done ? 0 : ahead);
    const own = (row: Row): number => row.tokens.length + beyond(row);
    const session = await this.compiled();
    const outputs = await session.run({
      ...this.settings,
      token: this.token,
      position: host('int64', [rows.length, 1], BigInt64Array.from(rows, (row) => BigInt(row ? row.last.position + beyond(row) : 0))),
      window_filled: filled(rows, own),
      ...(shape.sampling.draw ? { uniform: host('float32', [rows.length, 1], Float32Array.from(rows, (row) => row?.uniform(ahead) ?? 0)) } : {}),
    });
    const [added, next] = [outputs.get('added'), outputs.get('token_after')];
    this.unread.push(next);
    const at = device.upload(host('int32', [rows.length], Int32Array.from(rows, (row) => (row ? own(row) : 0))));
    try {
      const each = added.bytes / 4 / memoryNames(shape.model.layers.length).length;
      device.insert([
        ...this.writes(this.memory.window, (_, index) => ({ source: added, skip: index * each, columns: [this.lengths.window, 1], count: 1, from: this.counting, at })),
        ...(this.seen ? [{ target: this.seen, source: this.ones, lines: 1, width: 1, columns: [config.vocab_size, 1] as const, count: 1, from: this.counting, at: next }] : []),
      ]);
    } finally {
      for (const tensor of [added, at]) tensor.dispose();
    }
    this.token = next;
  }

  /** Waits for the tokens of the steps since the last look. @returns rows that they finished */
  async look(): Promise<Row[]> {
    const columns = (await Promise.all(this.unread.map((tensor) => tensor.read()))) as Int32Array[];
    const before = this.running;
    this.rows.forEach((row, place) => {
      if (row && !row.done) row.take(columns.map((column) => column[place] as number));
    });
    // From here on the tokens are fed as the host knows them.
    this.token = lastFeeds(this.rows).token;
    for (const tensor of this.unread.splice(0)) tensor.dispose();
    return before.filter((row) => row.done);
  }

  async dispose(): Promise<void> {
    try {
      await this.step?.program.dispose();
    } finally {
      for (const tensor of [...this.memory.past.values(), ...this.memory.window.values(), ...this.unread, this.counting, this.start, this.ones]) tensor.dispose();
      this.seen?.dispose();
    }
  }

  private async compiled(): Promise<Session> {
    if (!this.step) {
      const { shape, sessions, adapters } = this.decoding;
      const program = shape.model.device.program(decodeStep(shape, this.lengths), { capture: true });
      this.step = { program, session: program.bind({ ...sessions.parameters, ...(adapters ? { adapters } : {}), ...named('past_', this.memory.past), ...named('recent_', this.memory.window), ...(this.seen ? { seen: this.seen } : {}) }) };
    }
    return this.step.session;
  }

  /** Memory of other lengths, with what was in it. The step has to be compiled anew. */
  private async resize(lengths: MemoryLengths): Promise<void> {
    const { model } = this.decoding.shape;
    const { num_key_value_heads: groups, head_dim: width } = model.config;
    const count = this.rows.length;
    await this.step?.program.dispose();
    this.step = null;
    for (const part of ['past', 'window'] as const) {
      const [before, after] = [this.lengths[part], lengths[part]];
      if (before === after) continue;
      const memory = this.memory[part];
      // One after the other, so that old and new are never there together as a whole.
      for (const name of memoryNames(model.layers.length)) {
        const old = memory.get(name);
        const grown = model.device.zeros('float32', isKey(name) ? [count, groups, width, after] : [count, groups, after, width]);
        memory.set(name, grown);
        if (!old) continue;
        model.device.insert(this.writes(new Map([[name, grown]]), () => ({ source: old, columns: [after, before], count: Math.min(after, before), from: this.counting, at: this.start })));
        old.dispose();
      }
    }
    this.lengths = lengths;
  }

  /** What goes into every tensor of a part of the memory. */
  private writes(memory: ReadonlyMap<string, DeviceTensor>, what: (name: string, index: number) => Omit<Columns<DeviceTensor>, 'target' | 'lines' | 'width'>): Columns<DeviceTensor>[] {
    const { num_key_value_heads: groups, head_dim: width } = this.decoding.shape.model.config;
    // Keys lie transposed: each number of a head is a line of its own.
    return [...memory].map(([name, target], index) => ({ target, ...(isKey(name) ? { lines: groups * width, width: 1 } : { lines: groups, width }), ...what(name, index) }));
  }
}

const isKey = (name: string): boolean => name.startsWith('key');

/** Tokens of a row that its past has: the prompt's but the last. */
const promptMemory = ({ request }: Row): number => request.prompt.length - 1;

const filled = (rows: readonly (Row | null)[], of: (row: Row) => number): Feeds[string] => host('float32', [rows.length, 1, 1, 1], Float32Array.from(rows, (row) => (row ? of(row) : 0)));

const named = (prefix: string, memory: ReadonlyMap<string, DeviceTensor>): Record<string, DeviceTensor> => Object.fromEntries([...memory].map(([name, tensor]) => [`${prefix}${name}`, tensor]));
