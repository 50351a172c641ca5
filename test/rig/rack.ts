/** A simulated rack in another process, and how its machines are enrolled. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { type Ledger, type RackOptions, rackMac, rackName } from './simulated/rack.ts';

export type RackProcess = {
  /** Of each machine. */
  readonly bmcUrls: readonly string[];
  ledgers(): Promise<ReadonlyMap<string, Ledger>>;
  stop(): Promise<void>;
};

const helloSchema = z.object({ bmcUrls: z.array(z.string()) });
const ledgerSchema = z.object({
  powerOns: z.number(),
  powerOffs: z.number(),
  boots: z.array(z.string()),
  works: z.array(z.string()),
  cutOff: z.number(),
});
const ledgersSchema = z.object({ ledgers: z.record(z.string(), ledgerSchema) });

/** `launch`: words before the program, such as `ip netns exec NAME`. */
export async function startRackProcess(
  options: RackOptions,
  launch: readonly string[] = [],
): Promise<RackProcess> {
  const words = [...launch, process.execPath, join(import.meta.dirname, 'rack-process.ts')];
  const [program = '', ...args] = [...words, JSON.stringify(options)];
  const rack = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { bmcUrls } = helloSchema.parse(await nextMessage(rack));
  return {
    bmcUrls,
    ledgers: async () => {
      const answer = nextMessage(rack);
      rack.send('ledgers');
      return new Map(Object.entries(ledgersSchema.parse(await answer).ledgers));
    },
    stop: async () => {
      const gone = once(rack, 'exit');
      rack.kill('SIGKILL');
      await gone;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the rack process ended with code ${code}`)));
  });
}

export type RackAccess = { readonly bmcUrls: readonly string[]; readonly password: string };

/** The body that enrolls machine N of a rack; `driverInfo` replaces what a test is about. */
export function enrollBody(
  index: number,
  { bmcUrls, password }: RackAccess,
  driverInfo: { readonly [field: string]: string | boolean } = {},
) {
  return {
    name: rackName(index),
    driver: 'redfish',
    driver_info: {
      redfish_address: bmcUrls[index] ?? '',
      redfish_system_id: `/redfish/v1/Systems/${rackName(index)}`,
      redfish_username: 'admin',
      redfish_password: password,
      redfish_verify_ca: false,
      ...driverInfo,
    },
    properties: { capabilities: 'boot_mode:uefi' },
    ports: [{ address: rackMac(index), pxe_enabled: true, physical_network: 'pxe' }],
  };
}
