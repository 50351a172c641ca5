/**
 * What `work` comes to, or the signal's reason as soon as that is aborted: work that does not end by then is heard by
 * nobody, and has to heed the signal by itself.
 */
export async function abandonWhenAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const tell = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', tell, { once: true, signal: ended.signal });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    ended.abort();
  }
}
