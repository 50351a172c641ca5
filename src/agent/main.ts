/** The agent's entry in the ramdisk: `node main.ts`. Puts the real machine under `runAgent`. */
import { randomUUID } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { type AgentOptions, runAgent } from './agent.ts';
import { reasonOf } from './base/agent-error.ts';
import { systemClock } from './base/clock.ts';
import { createHttpClient } from './base/http.ts';
import { systemRun } from './base/run.ts';
import { createSay } from './base/say.ts';
import { createSyslogSender } from './base/syslog.ts';
import { listDisks } from './hardware/disks.ts';
import type { AddressBook } from './hardware/interfaces.ts';
import { collectInventory } from './hardware/inventory.ts';
import { USUAL_LLDP_WAIT_MS, WHOLE_LLDP_WAIT_MS, wakeNics } from './hardware/nics.ts';
import { partitionNode } from './hardware/partition-node.ts';
import { createSysfs } from './hardware/sysfs.ts';
import { parseKernelArgs, pinnedOf } from './kernel-args.ts';

const RUN_DIR = '/run/ingot-agent';
const COMMAND_PORT = 9999;

function addressBook(): AddressBook {
  return new Map(
    Object.entries(networkInterfaces()).map(([name, addresses = []]) => {
      const first = (family: 'IPv4' | 'IPv6'): string | null =>
        addresses.find((address) => address.family === family)?.address ?? null;
      return [name, { ipv4: first('IPv4'), ipv6: first('IPv6') }];
    }),
  );
}

function realMachine(): AgentOptions | null {
  const sysfs = createSysfs();
  const args = parseKernelArgs(sysfs.text('/proc/cmdline') ?? '');
  const toServer = args.syslogServer === null ? () => undefined : createSyslogSender(args.syslogServer);
  const { say, lines } = createSay((line) => {
    process.stdout.write(`${line}\n`);
    toServer(line);
  });
  if (args.apiUrls.length === 0) {
    say('cannot start', { because: 'ipa-api-url is not on the kernel command line, or is no http(s) URL' });
    return null;
  }
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  say('starts', { api: args.apiUrls.join(','), bootif: args.bootMac, node_version: process.version });
  // Only an inspection tells of them.
  const nics =
    args.inspectionUrls.length === 0
      ? null
      : wakeNics({ sysfs, run: systemRun, clock: systemClock, runDir: RUN_DIR });
  return {
    args,
    machine: {
      run: systemRun,
      http: createHttpClient({ insecure: args.insecure, pinned: pinnedOf(args) }),
      clock: systemClock,
      say,
      saidLines: lines,
      disks: () => listDisks(sysfs),
      inventory: () =>
        collectInventory({
          sysfs,
          addresses: addressBook(),
          lldp: nics?.lldp() ?? new Map(),
          bootMac: args.bootMac,
          hostname: hostname(),
          nodeArch: process.arch,
        }),
      runDir: RUN_DIR,
      etcDir: '/etc',
      sshPort: 22,
      partitionNode: (diskName, number) => partitionNode(sysfs, diskName, number),
    },
    prepareInventory: async () => {
      await nics?.settle(args.collectLldp ? WHOLE_LLDP_WAIT_MS : USUAL_LLDP_WAIT_MS);
      say('lldp heard', { interfaces: nics?.lldp().size ?? 0 });
    },
    port: COMMAND_PORT,
    newId: randomUUID,
    random: Math.random,
    signal: stop.signal,
  };
}

const options = realMachine();
if (options === null) {
  process.exitCode = 2;
} else {
  runAgent(options).then(
    // Also when a rescue has the machine: what still listens (for LLDP, say) must not keep it.
    () => process.exit(0),
    (error: unknown) => {
      if (options.signal.aborted) return;
      options.machine.say('ends', { because: reasonOf(error) });
      // The ramdisk's init starts the agent again.
      process.exitCode = 1;
    },
  );
}
