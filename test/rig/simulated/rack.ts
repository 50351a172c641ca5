/**
 * A rack without hardware: simulated machines behind one emulated Redfish service, and the agents that boot on
 * them. It keeps a ledger of what was done to each machine, so that a test can prove that nothing was done twice.
 */
import { createHash } from 'node:crypto';
import type { Machine, MachineInfo } from '../../../src/lab/machine/machine.ts';
import type { Credentials } from '../../../src/lab/records.ts';
import { type BmcServer, startBmcServer } from '../../../src/lab/redfish/server.ts';
import type { Log } from '../../../src/log.ts';
import { type Mac, parseMac } from '../../../src/net/mac.ts';
import { runSimulatedAgent } from './agent.ts';
import { type CommandServer, startCommandServer } from './agent-commands.ts';
import { createSimulatedMachine, type PowerChange } from './machine.ts';

/** What happened to one machine, each a count or a list in order. */
export type Ledger = {
  powerOns: number;
  powerOffs: number;
  /** Sources of its boots, in order. */
  readonly boots: string[];
  /** Commands that its agents began, in order: `write_image`, `erase_devices_metadata`, ... */
  readonly works: string[];
  /** A command that was cut off by a power change. */
  cutOff: number;
};

export type RackOptions = {
  readonly machines: number;
  readonly address: string;
  readonly bmcPort: number;
  readonly agentPort: number;
  /** Base URL of the daemon's boot listener. */
  readonly bootUrl: string;
  /** How long each asynchronous agent command takes, in milliseconds. */
  readonly workMs: number;
  readonly credentials: Credentials;
  /** Certificate and key (PEM) of each BMC by its address (`rackBmcAddress`); absent: plain HTTP. */
  readonly tls?: { readonly [bmcAddress: string]: { readonly cert: string; readonly key: string } };
  /**
   * What runs on a machine that boots over the network: the simulated agent unless told otherwise; `silent`:
   * nothing, so that no request ever comes from it by itself.
   */
  readonly ramdisk?: 'simulated' | 'silent' | ((boot: RamdiskBoot) => Promise<void>);
};

/** One network boot of one machine, for whoever plays its ramdisk. */
export type RamdiskBoot = {
  readonly index: number;
  readonly mac: Mac;
  /** Base URL of the daemon's boot listener. */
  readonly bootUrl: string;
  /** Aborted when the machine loses its power. */
  readonly signal: AbortSignal;
  /** What `poweroff` does on a machine. */
  powerOff(): Promise<void>;
};

export type SimulatedRack = {
  /** `http(s)://ADDRESS:PORT` of each machine's BMC; machine N is `/redfish/v1/Systems/mN`. */
  readonly bmcUrls: readonly string[];
  readonly ledgers: ReadonlyMap<string, Ledger>;
  stop(): Promise<void>;
};

/** The one NIC of machine N that boots. */
export function rackMac(index: number): Mac {
  const hex = index.toString(16).padStart(6, '0');
  const mac = parseMac(`525400${hex}`);
  if (mac === null) throw new RangeError(`machine ${index} has no MAC`);
  return mac;
}

/** Machine 0's BMC has the rack's own address, the others have their own in the loopback range. */
export function rackBmcAddress(address: string, index: number): string {
  return index === 0 ? address : `127.1.${index >> 8}.${index & 255}`;
}

export const rackName = (index: number): string => `m${index}`;

export async function startSimulatedRack(options: RackOptions, log: Log): Promise<SimulatedRack> {
  const commands = await startCommandServer({
    address: options.address,
    port: options.agentPort,
    workMs: options.workMs,
  });
  const ledgers = new Map<string, Ledger>();
  const bmcs: BmcServer[] = [];
  const stops: (() => void)[] = [];
  for (let index = 0; index < options.machines; index++) {
    const ledger: Ledger = { powerOns: 0, powerOffs: 0, boots: [], works: [], cutOff: 0 };
    ledgers.set(rackName(index), ledger);
    const { machine, stop } = simulate({ index, ledger, commands, options, log });
    stops.push(stop);
    const host = rackBmcAddress(options.address, index);
    const bmc = await startBmcServer({
      host,
      port: options.bmcPort,
      tls: options.tls?.[host] ?? null,
      credentials: options.credentials,
      uuid: rackUuid('bmc', index),
      systems: new Map([[rackName(index), machine]]),
      log,
    });
    bmcs.push(bmc);
  }
  return {
    bmcUrls: bmcs.map((bmc) => bmc.url),
    ledgers,
    stop: async () => {
      for (const stop of stops) stop();
      await Promise.all(bmcs.map((bmc) => bmc.close()));
      await commands.stop();
    },
  };
}

type Simulation = {
  readonly index: number;
  readonly ledger: Ledger;
  readonly commands: CommandServer;
  readonly options: RackOptions;
  readonly log: Log;
};

function simulate(simulation: Simulation): { readonly machine: Machine; readonly stop: () => void } {
  const { index, ledger, commands, options, log } = simulation;
  let power = new AbortController();
  let working = 0;

  const off = (): void => {
    if (working > 0) ledger.cutOff++;
    working = 0;
    power.abort(new Error('the power is gone'));
    power = new AbortController();
  };
  const machine = createSimulatedMachine({
    info: rackInfo(index),
    boot: { enabled: 'Disabled', target: 'None', mode: 'UEFI' },
    onPower: (change: PowerChange) => {
      if (change.power === 'off') {
        ledger.powerOffs++;
        off();
        return;
      }
      ledger.powerOns++;
      ledger.boots.push(change.boots);
      if (change.boots === 'disk') return;
      const boot = { index, mac: rackMac(index), bootUrl: options.bootUrl, signal: power.signal };
      void runRamdisk({ ...boot, powerOff: () => machine.off() }).catch((error: unknown) =>
        log.error({ machine: rackName(index), error: String(error) }, 'agent ended'),
      );
    },
  });
  const runRamdisk = async (boot: RamdiskBoot): Promise<void> => {
    const { ramdisk = 'simulated' } = options;
    if (ramdisk === 'silent') return;
    if (ramdisk !== 'simulated') return await ramdisk(boot);
    await runSimulatedAgent({
      ...boot,
      commands,
      onWork: (work) => {
        if (!work.startsWith('get_')) ledger.works.push(work);
        if (work === 'write_image' || work.startsWith('erase_')) working++;
        if (work === 'power_off') setTimeout(() => void boot.powerOff(), options.workMs);
      },
      onDone: (work) => {
        if (work === 'write_image' || work.startsWith('erase_')) working = Math.max(0, working - 1);
      },
    });
  };
  return { machine, stop: off };
}

function rackInfo(index: number): MachineInfo {
  return {
    name: rackName(index),
    uuid: rackUuid('machine', index),
    serial: `SIM${String(index).padStart(6, '0')}`,
    manufacturer: 'ingot',
    model: 'simulated',
    bios_version: '1',
    cpu_count: 2,
    memory_mib: 4096,
    disk_bytes: 8 * 1024 ** 3,
    nics: [{ id: 'NIC1', mac: rackMac(index), description: 'PXE' }],
  };
}

function rackUuid(kind: string, index: number): string {
  const hex = createHash('sha256').update(`${kind} ${index}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
