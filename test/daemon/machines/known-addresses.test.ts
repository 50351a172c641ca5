import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { LeaseView } from '../../../src/api/deps.ts';
import { createFactSorter } from '../../../src/daemon/machines/facts.ts';
import { learnAddresses } from '../../../src/daemon/machines/known-addresses.ts';
import { createLog } from '../../../src/log.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { temporaryStore } from '../../store/temporary-store.ts';

const MAC = '52:54:00:00:00:01';
const lease = (mac: string | null, address: string): LeaseView => ({
  network: 'pxe',
  mac,
  address,
  hostname: null,
  state: 'leased',
  starts_at: null,
  expires_at: '2026-11-22T12:00:00.000Z',
});
const LEASES = [lease(MAC, '10.20.1.5'), lease('52:54:00:00:00:99', '10.20.1.6'), lease(null, '10.20.1.7')];

/** What is known of addresses when the daemon starts with so many jobs under way. */
async function started(jobs: number, leases: () => Promise<readonly LeaseView[]>) {
  const store = await temporaryStore();
  const uuid = randomUUID();
  await store.nodes.insert({ uuid, name: 'a', driver: 'redfish' });
  if (jobs > 0) await store.jobs.insert({ node_uuid: uuid, verb: 'inspect', steps: [] });
  const nodeOfMac = (mac: string): string | null => (mac === MAC ? uuid : null);
  const facts = createFactSorter({ nodeOfMac, onStranger: () => undefined, onPlace: () => undefined });
  await learnAddresses({ store, leases, facts, log: createLog('silent') });
  return (address: string) => {
    const parsed = parseIpv4(address);
    return parsed === null ? null : facts.macOf(parsed);
  };
}

it('in the middle of a boot the addresses of nodes’ machines are known again by their leases', async () => {
  const macOf = await started(1, async () => LEASES);
  expect(LEASES.map(({ address }) => macOf(address))).toEqual([MAC, null, null]);
});

it('without a job nobody asks for the leases', async () => {
  const macOf = await started(0, () => Promise.reject(new Error('asked')));
  expect(macOf('10.20.1.5')).toBeNull();
});

it('a start does not fail by leases that cannot be had', async () => {
  const macOf = await started(1, () => Promise.reject(new Error('busy')));
  expect(macOf('10.20.1.5')).toBeNull();
});
