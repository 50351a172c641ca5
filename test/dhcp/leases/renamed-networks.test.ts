/** Leases of networks that the configuration does not name any more. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Lease } from '../../../src/dhcp/leases/lease.ts';
import { openLeaseJournal, type WatchedJournal } from '../../../src/dhcp/leases/lease-journal.ts';
import { adoptStrayLeases } from '../../../src/dhcp/leases/renamed-networks.ts';
import { networks } from '../../ipam/networks.ts';
import { lease, mac } from '../samples.ts';

const NOW = 1_000_000;
const NEW = { name: 'pxe-new', role: 'pxe', cidr: '10.77.0.0/24', dhcp: 'authoritative', interface: 'eth1' };
const OTHER = { ...NEW, name: 'other', cidr: '10.78.0.0/24' };

async function journalWith(written: Readonly<Record<string, readonly Lease[]>>): Promise<WatchedJournal> {
  const folder = mkdtempSync(join(tmpdir(), 'ingot-renamed-'));
  const journal = await openLeaseJournal(join(folder, 'leases.db'), {
    log: { error: vi.fn() },
    onNotice: vi.fn(),
  });
  onTestFinished(async () => {
    await journal.close();
    rmSync(folder, { recursive: true });
  });
  for (const [network, leases] of Object.entries(written))
    await new Promise((resolve) => journal.append({ network, leases }, resolve));
  for (const network of Object.keys(written)) await journal.load(network);
  return journal;
}

function log() {
  const say = vi.fn<(facts: object, sentence: string) => void>();
  return { log: { info: say, warn: say }, said: () => say.mock.calls.map(([, sentence]) => sentence) };
}

const running = { ...lease(mac(1), '10.77.0.25'), startedAt: NOW, expiresAt: NOW + 60_000 };
const ended = { ...lease(mac(2), '10.77.0.26'), startedAt: NOW - 9_000, expiresAt: NOW - 1 };

it('go to the network that has their addresses, ended ones too', async () => {
  const journal = await journalWith({ pxe: [running, ended], other: [] });
  const { said, log: tell } = log();
  await adoptStrayLeases(journal, { networks: networks(NEW, OTHER), now: NOW, log: tell });
  expect(said()).toEqual(['2 leases of the network "pxe", which is no more, are of "pxe-new" now']);
  expect(await journal.load('pxe-new')).toEqual([ended, running]);
  expect(await journal.load('pxe')).toEqual([]);
  await adoptStrayLeases(journal, { networks: networks(NEW, OTHER), now: NOW, log: tell });
  expect(said()).toHaveLength(1);
});

it('give way to a lease of the same address that began later, and take the place of an earlier one', async () => {
  const later = { ...running, mac: mac(3), startedAt: NOW + 5 };
  const earlier = { ...lease(mac(4), '10.77.0.26'), startedAt: NOW - 10_000, expiresAt: NOW - 5_000 };
  const journal = await journalWith({ pxe: [running, ended], 'pxe-new': [later, earlier] });
  await adoptStrayLeases(journal, { networks: networks(NEW), now: NOW, log: log().log });
  expect(await journal.load('pxe-new')).toEqual([ended, later]);
});

it('stay where they are, and are told of while they run, when no network has their addresses', async () => {
  const journal = await journalWith({ pxe: [running, ended] });
  const { said, log: tell } = log();
  await adoptStrayLeases(journal, { networks: networks(OTHER), now: NOW, log: tell });
  expect(said()).toEqual([
    expect.stringMatching(/^1 leases that still run are of the network "pxe".*name that network/),
  ]);
  expect(await journal.load('pxe')).toHaveLength(2);
});

it('stay with a network that is still named, though it gives no addresses now', async () => {
  const journal = await journalWith({ pxe: [running] });
  const off = { ...NEW, name: 'pxe', cidr: '10.79.0.0/24', dhcp: 'off' };
  const { said, log: tell } = log();
  await adoptStrayLeases(journal, { networks: networks(NEW, off), now: NOW, log: tell });
  expect([said(), await journal.load('pxe')]).toEqual([[], [running]]);
});
