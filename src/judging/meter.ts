import { estimateTokens, priceOf } from './tokens.ts';

/** What the judge has cost so far. */
export interface MeterReading {
  /** Requests made, retries counted. */
  calls: number;
  tokensIn: number;
  tokensOut: number;
  /** Whether any of the tokens are the lab's estimate because the endpoint did not say. */
  estimated: boolean;
  /** Null where the price is not known. */
  dollars: number | null;
}

export class Meter {
  private tokensIn = 0;
  private tokensOut = 0;
  private estimated = false;

  /** @param calls requests already made, in an earlier session */
  constructor(
    private readonly price_in: number | null,
    private readonly price_out: number | null,
    private calls = 0,
  ) {}

  call(): void {
    this.calls++;
  }

  /** Counts a reply: by the endpoint's own `usage` where it gives one. */
  reply(sent: string, received: string, usage: { tokensIn: number; tokensOut: number } | null): void {
    this.estimated ||= usage === null;
    this.tokensIn += usage?.tokensIn ?? estimateTokens(sent);
    this.tokensOut += usage?.tokensOut ?? estimateTokens(received);
  }

  read(): MeterReading {
    const { calls, tokensIn, tokensOut, estimated } = this;
    return { calls, tokensIn, tokensOut, estimated, dollars: priceOf(tokensIn, tokensOut, this.price_in, this.price_out) };
  }
}
