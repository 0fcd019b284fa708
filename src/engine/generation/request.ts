/** What is asked of a generator, and what it gives. */

export interface GenerationRequest {
  /** Names the request in its result; unique within a call. */
  id: string;
  /** Which of the generator's adapters answers; 0 when it has none. */
  adapter: number;
  /** Token ids, at least one. */
  prompt: number[];
  maxNewTokens: number;
  /** 0 takes the likeliest token each time; otherwise logits are divided by it and a token is drawn. */
  temperature: number;
  /** Draw among the likeliest tokens that together have this probability; 1 for all. */
  topP: number;
  /** Draw among this many likeliest tokens; 0 for all. */
  topK: number;
  /** Tokens that occurred already, in the prompt or the answer, have their logits divided (if positive) or multiplied by this; 1 for no penalty. */
  repetitionPenalty: number;
  /** Names the random stream of this request alone, so that its answer does not depend on what is generated beside it. */
  seed: string;
}

export interface GenerationResult {
  id: string;
  /** Without the token that ended the answer. */
  tokens: number[];
  finish: 'stop' | 'length';
}
