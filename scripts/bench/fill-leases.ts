/** A lease file as a daemon leaves it that has handed out many addresses. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lease } from '../../src/dhcp/leases/lease.ts';
import { openLeaseJournal } from '../../src/dhcp/leases/lease-journal.ts';
import { createLog } from '../../src/log.ts';
import { ipv4FromNumber, ipv4ToNumber, parseIpv4 } from '../../src/net/ipv4.ts';
import { macFromBytes } from '../../src/net/mac.ts';
import type { Field } from './field.ts';

const DAY_MS = 86_400_000;
/** Entries of one call; the journal takes some thousand at once. */
const AT_ONCE = 1_000;

/**
 * Leases of the first `count` addresses from `from`, those that end in .0 or .255 left out; no daemon may run there.
 */
export async function fillLeases({ dir }: Field, from: string, count: number): Promise<void> {
  const first = parseIpv4(from);
  if (first === null) throw new Error(`no address: ${from}`);
  await mkdir(join(dir, 'state'), { recursive: true, mode: 0o700 });
  const journal = await openLeaseJournal(join(dir, 'state/leases.db'), {
    log: createLog('error'),
    onNotice: () => undefined,
  });
  let waiting: Lease[] = [];
  const write = (): Promise<void> => {
    const leases = waiting;
    waiting = [];
    return new Promise((resolve, reject) =>
      journal.append({ network: 'pxe', leases }, (failure) =>
        failure === null ? resolve() : reject(failure),
      ),
    );
  };
  for (let given = 0, value = ipv4ToNumber(first); given < count; value++) {
    if ([0, 255].includes(value & 255)) continue;
    waiting.push(leaseOf(value, given++));
    if (waiting.length === AT_ONCE) await write();
  }
  await write();
  await journal.close();
}

function leaseOf(address: number, number: number): Lease {
  const startedAt = Date.now();
  return {
    address: ipv4FromNumber(address),
    mac: macFromBytes(Uint8Array.of(2, 0xfe, 0, number >> 16, number >> 8, number)),
    hostname: null,
    relayInformation: null,
    giaddr: null,
    startedAt,
    expiresAt: startedAt + DAY_MS,
  };
}
