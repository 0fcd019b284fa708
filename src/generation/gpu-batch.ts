/**
 * A batch whose memory stays on the GPU. Every row has a place of its own in it: its prompt's keys and values in the past,
 * those of its answer at the beginning of a window that all rows share. Rows may therefore come and go at any step; what a
 * row's place held before is masked, or replaced.
 */
import { type DeviceTensor, type Feeds, host, type Session } from '../runtime/index.ts';
import { counting, type Decoding, lastFeeds, lowestFeeds, memoryNames, pastFeeds, prefill, seenTokens, settingFeeds } from './decoder.ts';
import type { Row } from './rows.ts';
import { rowsOf } from './shape.ts';
import type { Refill } from './waiting.ts';

/** Sizes of the window are multiples of this, so that few are ever compiled for. */
const WINDOW = 32;

export class GpuBatch {
  readonly rows: (Row | null)[];
  /** Keys and values of every layer, by the names of `memoryNames`. */
  private readonly past = new Map<string, DeviceTensor>();
  private readonly window = new Map<string, DeviceTensor>();
  private pastLength = 1;
  private windowLength = WINDOW;
  /** Which tokens each row has had, where they are penalised. */
  private seen: DeviceTensor | null = null;
  /** What does not change until rows do. */
  private settings: Feeds = {};
  private token: Feeds[string];
  /** Tokens of steps that have not been looked at. */
  private readonly unread: DeviceTensor[] = [];

  /** An empty batch for `decoding.shape`. */
  constructor(private readonly decoding: Decoding) {
    const { shape } = decoding;
    const { device, config: { num_key_value_heads: groups, head_dim: width, vocab_size: vocabulary } } = shape.model;
    const count = rowsOf(shape);
    this.rows = Array.from({ length: count }, () => null);
    this.token = lastFeeds(this.rows).token;
    for (const [memory, length] of [[this.past, this.pastLength], [this.window, this.windowLength]] as const) {
      const zeros = new Float32Array(count * groups * width * length);
      for (const name of memoryNames(shape.model.layers.length)) memory.set(name, device.upload(host('float32', name.startsWith('key') ? [count, groups, width, length] : [count, groups, length, width], zeros)));
    }
    if (shape.sampling.penalise) this.seen = device.upload(host('float32', [count, vocabulary], new Float32Array(count * vocabulary)));
  }

  /** Rows that are not done. */
  get running(): Row[] {
    return this.rows.filter((row): row is Row => row !== null && !row.done);
  }

  /** Prefills new rows and puts them in their places. All tokens must have been looked at. */
  async place({ rows: fresh, from }: Refill): Promise<void> {
    const { decoding, rows } = this;
    const { shape, sessions } = decoding;
    const fewer: Decoding = { ...decoding, shape: { ...shape, batch: fresh.length / shape.adapters } };
    const { memory, longest } = await prefill(fewer, fresh);
    try {
      from.forEach((source, place) => {
        if (source !== null) rows[place] = fresh[source] as Row;
      });
      const length = Math.max(1, ...this.running.map(promptMemory));
      const choice = { from: host('int32', [rows.length], Int32Array.from(from, (source) => source ?? 0)), replaced: Float32Array.from(from, (source) => (source === null ? 0 : 1)) };
      const session = await sessions.get('replace', shape);
      await this.eachLayer(this.past, session, (layer) => ({
        fresh_keys: memory[`key${layer}`] as DeviceTensor,
        fresh_values: memory[`value${layer}`] as DeviceTensor,
        from: choice.from,
        replaced: host('float32', [rows.length, 1, 1, 1], choice.replaced),
        columns: columns(length, this.pastLength),
        fresh_columns: columns(length, longest),
      }));
      this.pastLength = length;
      if (this.seen) {
        const outputs = await (await sessions.get('replace seen', shape)).run({ seen: this.seen, fresh: seenTokens(fewer, fresh), from: choice.from, replaced: host('float32', [rows.length, 1], choice.replaced) });
        this.seen.dispose();
        this.seen = outputs.get('seen_after');
      }
    } finally {
      for (const tensor of Object.values(memory)) tensor.dispose();
    }
    this.token = lastFeeds(rows).token;
    this.settings = { ...pastFeeds(decoding, rows.map((row) => (row ? promptMemory(row) : 0)), this.pastLength), ...settingFeeds(decoding, rows) };
  }

  /** Makes the window as long as the next `steps` steps need it. */
  async makeRoom(steps: number): Promise<void> {
    const longest = Math.max(...this.running.map(({ tokens }) => tokens.length)) + steps;
    const length = WINDOW * Math.ceil(longest / WINDOW);
    if (length === this.windowLength) return;
    const session = await this.decoding.sessions.get('resize', this.decoding.shape);
    await this.eachLayer(this.window, session, () => ({ columns: columns(length, this.windowLength) }));
    this.windowLength = length;
  }

  /** Asks for every row's next token, without waiting for it. */
  async step(): Promise<void> {
    const { decoding, rows } = this;
    const { shape, sessions } = decoding;
    const ahead = this.unread.length;
    // A row that is done stands still until it is replaced.
    const beyond = (row: Row | null): number => (row && !row.done ? ahead : 0);
    const positions = rows.map((row) => (row ? row.last.position + beyond(row) : 0));
    const session = await sessions.get('step', shape);
    const outputs = await session.run({
      ...this.settings,
      ...named('past_', this.past),
      ...named('recent_', this.window),
      ...(this.seen ? { seen: this.seen } : {}),
      token: this.token,
      position: host('int64', [rows.length, 1], BigInt64Array.from(positions, BigInt)),
      window_index: counting(this.windowLength),
      filled: host('float32', [rows.length, 1, 1, 1], Float32Array.from(rows, (row) => (row ? row.tokens.length + beyond(row) : 0))),
      ...lowestFeeds(decoding, positions),
      ...(shape.sampling.draw ? { uniform: host('float32', [rows.length, 1], Float32Array.from(rows, (row) => row?.uniform(ahead) ?? 0)) } : {}),
    });
    for (const name of this.window.keys()) this.exchange(this.window, name, outputs.get(`recent_${name}_after`));
    if (this.seen) {
      this.seen.dispose();
      this.seen = outputs.get('seen_after');
    }
    const next = outputs.get('token_after');
    this.token = next;
    this.unread.push(next);
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

  dispose(): void {
    for (const tensor of [...this.past.values(), ...this.window.values(), ...this.unread]) tensor.dispose();
    this.seen?.dispose();
  }

  /** Runs a graph of one layer's keys and values for all layers, and keeps what it gives in their place. */
  private async eachLayer(memory: Map<string, DeviceTensor>, session: Session, feeds: (layer: number) => Feeds): Promise<void> {
    for (const layer of this.decoding.shape.model.layers.keys()) {
      const outputs = await session.run({ keys: memory.get(`key${layer}`) as DeviceTensor, values: memory.get(`value${layer}`) as DeviceTensor, ...feeds(layer) });
      this.exchange(memory, `key${layer}`, outputs.get('keys_after'));
      this.exchange(memory, `value${layer}`, outputs.get('values_after'));
    }
  }

  private exchange(memory: Map<string, DeviceTensor>, name: string, tensor: DeviceTensor): void {
    memory.get(name)?.dispose();
    memory.set(name, tensor);
  }
}

/** Tokens of a row that its past has: the prompt's but the last. */
const promptMemory = ({ request }: Row): number => request.prompt.length - 1;

/** `after` columns of `before`; where there are none left the last is repeated, to be masked. */
const columns = (after: number, before: number): Feeds[string] => host('int32', [after], Int32Array.from({ length: after }, (_, i) => Math.min(i, before - 1)));

const named = (prefix: string, memory: ReadonlyMap<string, DeviceTensor>): Feeds => Object.fromEntries([...memory].map(([name, tensor]) => [`${prefix}${name}`, tensor]));
