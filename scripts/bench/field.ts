/** The ground of a measure: a folder, and two namespaces with a cable; 10.77.0.1 serves, 10.77.0.9 asks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layWire, type Wire } from '../../test/dhcp/wire.ts';
import type { Tools } from './measure.ts';

export const SERVER = { interface: 's0', address: '10.77.0.1', cidr: '10.77.0.0/16' } as const;
export const CLIENT = { interface: 'c0', address: '10.77.0.9' } as const;
/** 63,999 addresses. */
export const POOL = { from: '10.77.1.0', to: '10.77.250.254' } as const;

export type Field = { readonly dir: string; readonly wire: Wire };

/** `name`: a word that no other field of this run has. */
export async function layField(name: string, { defer }: Pick<Tools, 'defer'>): Promise<Field> {
  const dir = await mkdtemp(join(tmpdir(), `ingot-bench-${name}-`));
  defer(() => rm(dir, { recursive: true, force: true }));
  const wire = await layWire(`bench-${name}`);
  defer(wire.remove);
  await wire.addCable(0, `${SERVER.address}/16`);
  const address = ['address', 'add', `${CLIENT.address}/16`, 'dev', CLIENT.interface];
  const added = await wire.run('client', 'ip', ...address);
  if (added.code !== 0) throw new Error(`the client's address could not be set: ${added.output}`);
  return { dir, wire };
}

/** Words before a measuring client: what is measured is the server's delay, not the client's own. */
export const AT_ONCE = ['nice', '-n', '-10'] as const;

/** The folder where `scripts/setup.sh bench` unpacks the servers that we are measured against. */
export const PEERS = join(import.meta.dirname, '../../.cache/debian');
