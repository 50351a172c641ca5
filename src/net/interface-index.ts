import { libc } from './libc.ts';

/**
 * Looks an interface's index up by name; null when there is none of that name. An interface that was deleted and
 * made again has another index: sockets bound to the old one hear nothing any more. Asks the kernel for this
 * process's network namespace, which /sys need not show.
 */
export function createInterfaceIndex(): (name: string) => number | null {
  return (name) => {
    const index = libc.if_nametoindex(name);
    return index === 0 ? null : index;
  };
}
