import koffi from 'koffi';

/**
 * What gives memory that was freed back to the kernel, in 2-3 ms: glibc keeps what a thread that ended has left
 * (malloc_trim(3)); here that and the rest of the start-up are 10 MB. Another C library sees to it by itself.
 */
export function spareMemoryReturner(): () => void {
  try {
    const trim = koffi.load(null).func('int malloc_trim(size_t)');
    return () => void trim(0);
  } catch {
    return () => undefined;
  }
}
