/** The worker's end of its lifeline: a Web Lock that the browser frees when the worker is gone, however it went. */
export async function holdLifeline(name: string): Promise<void> {
  await new Promise<void>((held, failed) => {
    navigator.locks
      .request(name, () => {
        held();
        return new Promise<never>(() => {});
      })
      .catch(failed);
  });
}
