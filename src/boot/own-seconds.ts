/** A wait of each machine's own, so that those which are told "not now" in one moment do not come back as one. Pure. */

/**
 * Whole seconds from 0 to `most`, always the same for a machine (its MAC, or its address), and spread evenly over
 * neighbours, whose MACs follow each other by whatever stride (FNV-1a, 32 bits).
 */
export function ownSeconds(machine: string, most: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(machine)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  // The low bits of FNV-1a alone are those of the last characters.
  return ((hash ^ (hash >>> 16)) >>> 0) % (most + 1);
}
