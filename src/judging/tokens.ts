const utf8 = new TextEncoder();

/**
 * A rough count of tokens where there is no tokenizer to ask: three UTF-8 bytes each. English runs at about four letters a
 * token and other languages at less, and an estimate of cost should rather be too high.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(utf8.encode(text).length / 3);
}

/** Dollars, or null where no price is known. Prices are dollars a million tokens. */
export function priceOf(tokensIn: number, tokensOut: number, price_in: number | null, price_out: number | null): number | null {
  return price_in === null || price_out === null ? null : (tokensIn * price_in + tokensOut * price_out) / 1e6;
}
