/** One answer while it is generated. */
import { Rng } from '../../core/rng.ts';
import type { GenerationRequest, GenerationResult } from './request.ts';

/** The largest float32 below 1: a uniform number must not round up to it. */
const BELOW_ONE = 1 - 2 ** -24;

export class Row {
  readonly tokens: number[] = [];
  private finish: GenerationResult['finish'] | null = null;
  private readonly random: Rng;
  private readonly drawn: number[] = [];

  /** @param limit tokens it may have; no more than its request asks and the model has positions for */
  constructor(
    readonly request: GenerationRequest,
    private readonly limit: number,
    private readonly stops: ReadonlySet<number>,
  ) {
    this.random = new Rng(request.seed);
    if (limit === 0) this.finish = 'length';
  }

  get done(): boolean {
    return this.finish !== null;
  }

  /** How many more tokens it may have. */
  get left(): number {
    return this.limit - this.tokens.length;
  }

  /** The token that decoding goes on from, and its position. */
  get last(): { token: number; position: number } {
    const { prompt } = this.request;
    return { token: (this.tokens.at(-1) ?? prompt.at(-1)) as number, position: prompt.length + this.tokens.length - 1 };
  }

  /** Takes the next tokens, up to the end of the answer; what a batch made after that is left. @returns how many it took */
  take(tokens: Iterable<number>): number {
    let taken = 0;
    for (const token of tokens) {
      if (this.finish) break;
      taken++;
      if (this.stops.has(token)) {
        this.finish = 'stop';
      } else {
        this.tokens.push(token);
        if (this.tokens.length === this.limit) this.finish = 'length';
      }
    }
    return taken;
  }

  /** The uniform number that draws the token `ahead` of those there are: the request's own stream, one number a token. */
  uniform(ahead: number): number {
    const index = this.tokens.length + ahead;
    while (this.drawn.length <= index) this.drawn.push(Math.min(this.random.float(), BELOW_ONE));
    return this.drawn[index] as number;
  }

  result(): GenerationResult {
    if (!this.finish) throw new Error(`${this.request.id} is not finished`);
    return { id: this.request.id, tokens: this.tokens, finish: this.finish };
  }
}
