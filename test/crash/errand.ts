/**
 * The life that each node of the crash test is taken through, and what has to stand in its machine's ledger after it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { patiently, requestOnce } from '../../scripts/patience.ts';
import type { Ledger } from '../rig/simulated/rack.ts';
import type { CrashRig } from './rig.ts';

/** What a verb takes besides. */
type VerbBody = Parameters<CrashRig['client']['provision']>[2];

export type Traveller = {
  readonly rig: CrashRig;
  readonly name: string;
  /** Milliseconds between two looks at the node: many nodes leave the daemon time for its work. */
  readonly pollMs: number;
};

const deployStep = (step: string) => ({ interface: 'deploy', step, args: {} });

const ASKED = {
  clean: [deployStep('erase_devices_metadata'), deployStep('hold')],
  service: [deployStep('burnin_cpu')],
};

/**
 * Enroll → active → rebuild → rescue → service → soft power off → delete → adopt → delete → clean. Between adopt and
 * delete the node is rebuilt while `goesOn` says so; returns how often that was.
 */
export async function runErrand(traveller: Traveller, goesOn: () => boolean): Promise<number> {
  await take(traveller, 'manage', 'manageable');
  await take(traveller, 'inspect', 'manageable');
  await cleanWithHold(traveller);
  await take(traveller, 'provide', 'available');
  await deploy(traveller);
  await take(traveller, 'rebuild', 'active');
  await setMaintenance(traveller, true);
  await setMaintenance(traveller, false);
  await take(traveller, 'rescue', 'rescue', { rescue_password: traveller.rig.password });
  await take(traveller, 'unrescue', 'active');
  await take(traveller, 'service', 'active', { service_steps: ASKED.service });
  await switchPower(traveller, 'soft power off');
  // The button is never pressed twice: one kill at the wrong moment, and it was not pressed at all.
  await switchPower(traveller, 'power off');
  await switchPower(traveller, 'power on');
  await take(traveller, 'deleted', 'available');
  await moveOn(traveller, 'manage', { from: 'available', to: 'manageable' });
  await take(traveller, 'adopt', 'active');
  let again = 0;
  for (; goesOn(); again++) {
    await setImage(traveller);
    await take(traveller, 'rebuild', 'active');
  }
  await take(traveller, 'deleted', 'available');
  await moveOn(traveller, 'manage', { from: 'available', to: 'manageable' });
  await cleanWithHold(traveller);
  return again;
}

/** What an errand leaves at the machine, whatever was killed meanwhile: each work and each boot once. */
export function expectedOf(again: number): object {
  const rebuilt = 'pxe disk '.repeat(again);
  return {
    writes: 2 + again,
    // provide, two deletions, two cleanings by hand.
    cleanings: 5,
    services: 1,
    rescues: 1,
    cutOff: 0,
    // inspect, clean, provide | active, rebuild | rescue, back | service | power on | delete | rebuilds | delete, clean
    boots: `pxe pxe pxe pxe disk pxe disk pxe disk pxe disk disk pxe ${rebuilt}pxe pxe`,
  };
}

export function doneTo(ledger: Ledger | undefined): object {
  const count = (work: string): number => ledger?.works.filter((one) => one === work).length ?? 0;
  return {
    writes: count('write_image'),
    cleanings: count('erase_devices_metadata'),
    services: count('burnin_cpu'),
    rescues: count('finalize_rescue'),
    cutOff: ledger?.cutOff,
    boots: ledger?.boots.join(' '),
  };
}

async function take(traveller: Traveller, verb: string, to: string, more: VerbBody = {}): Promise<void> {
  const { client } = traveller.rig;
  await requestOnce(client, traveller.name, () => client.provision(traveller.name, verb, more));
  await settle(traveller, to);
}

/** For verbs that begin no job: the state tells whether the request was taken. */
async function moveOn(
  { rig, name }: Traveller,
  verb: string,
  way: { readonly from: string; readonly to: string },
): Promise<void> {
  await patiently(async () => {
    const { provision_state } = await rig.client.nodes.get(name);
    if (provision_state === way.from) await rig.client.provision(name, verb);
    else if (provision_state !== way.to) throw new Error(`${name} is ${provision_state}, not ${way.from}`);
  });
}

async function cleanWithHold(traveller: Traveller): Promise<void> {
  const { rig, name } = traveller;
  await requestOnce(rig.client, name, () =>
    rig.client.provision(name, 'clean', { clean_steps: ASKED.clean }),
  );
  await until(traveller, (state) => state === 'clean hold');
  await patiently(async () => {
    const { provision_state } = await rig.client.nodes.get(name);
    if (provision_state === 'clean hold') await rig.client.provision(name, 'unhold');
  });
  await settle(traveller, 'manageable');
}

async function deploy(traveller: Traveller): Promise<void> {
  await setImage(traveller);
  await take(traveller, 'active', 'active');
}

async function setImage({ rig, name }: Traveller): Promise<void> {
  await patiently(() =>
    rig.client.nodes.patch(name, [
      { op: 'add', path: '/instance_info/image_source', value: rig.image.source },
      { op: 'add', path: '/instance_info/image_os_hash_algo', value: 'sha256' },
      { op: 'add', path: '/instance_info/image_os_hash_value', value: rig.image.sha256 },
      { op: 'add', path: '/instance_info/image_disk_format', value: 'raw' },
    ]),
  );
}

async function setMaintenance({ rig, name }: Traveller, on: boolean): Promise<void> {
  await patiently(() =>
    on ? rig.client.setMaintenance(name, 'a fan is loud') : rig.client.clearMaintenance(name),
  );
}

/** A power action has no state of its own to wait for. */
async function switchPower({ rig, name, pollMs }: Traveller, target: string): Promise<void> {
  await requestOnce(rig.client, name, () => rig.client.power(name, target));
  while ((await patiently(() => rig.client.nodes.job(name)))?.status === 'running') await sleep(pollMs);
}

const settle = (traveller: Traveller, to: string): Promise<void> =>
  until(traveller, (state, heading) => state === to && heading === null);

async function until(
  { rig, name, pollMs }: Traveller,
  there: (state: string, heading: string | null) => boolean,
): Promise<void> {
  for (;;) {
    const node = await patiently(() => rig.client.nodes.get(name));
    if (there(node.provision_state, node.target_provision_state)) return;
    if (node.provision_state.endsWith('failed') || node.provision_state === 'error')
      throw new Error(`${name} is ${node.provision_state}: ${node.last_error}`);
    await sleep(pollMs);
  }
}
