/** What a step tells of one adapter. */
/** What one adapter did in one step. Of an adapter that has finished, its last step's numbers, with no tokens. */
export interface AdapterReport {
  id: string;
  /** Mean cross-entropy over the step's loss positions, in nats, before the update. */
  loss: number;
  /** Global norm of the gradient before clipping. */
  grad_norm: number;
  /** Part of the loss positions where the most probable token was the right one. */
  accuracy: number;
  learning_rate: number;
  /** Tokens of the step that are not padding, and how many of them carried loss. */
  tokens: number;
  loss_tokens: number;
  finished: boolean;
}
