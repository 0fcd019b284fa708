/** In a dedicated worker, as the product computes in one. */
import { type LargeRequest, large, largeAnswers } from './large.ts';

globalThis.addEventListener('message', ({ data }: MessageEvent<LargeRequest>) => {
  void (data.answers ? largeAnswers(data) : large(data)).then(
    (result) => postMessage({ result }),
    (error: unknown) => postMessage({ error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) }),
  );
});
