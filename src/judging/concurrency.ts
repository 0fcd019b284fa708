/**
 * How many calls may be under way: additive increase, multiplicative decrease, as in TCP congestion control (Chiu and Jain
 * 1989). Halves when the endpoint says it is too much, grows by one for each round of calls that went well.
 */
export class Concurrency {
  private level: number;
  private started = 0;
  /** Calls started before this one were started before the last decrease: their complaints have been heard. */
  private heard = 0;

  constructor(private readonly ceiling: number) {
    this.level = ceiling;
  }

  get limit(): number {
    return Math.floor(this.level);
  }

  /** @returns the call's number, to be given to `throttled` */
  begin(): number {
    return this.started++;
  }

  succeeded(): void {
    this.level = Math.min(this.ceiling, this.level + 1 / this.level);
  }

  throttled(call: number): void {
    if (call < this.heard) return;
    this.level = Math.max(1, this.level / 2);
    this.heard = this.started;
  }
}
