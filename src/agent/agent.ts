/**
 * The agent's life, in the order of ironic-python-agent: find the API, post the inventory if asked to, look up who we
 * are, serve commands, and send heartbeats until the power goes. Everything that touches the machine is passed in.
 */

import type { JsonRecord } from './base/json.ts';
import { chooseRootDevice } from './disk/root-device.ts';
import { cleanCommands } from './extensions/clean.ts';
import { deployCommands } from './extensions/deploy.ts';
import { createDeployedDisk } from './extensions/deployed-disk.ts';
import { BEFORE_GOING_MS } from './extensions/goodbye.ts';
import { imageCommands } from './extensions/image.ts';
import { logCommands } from './extensions/logs.ts';
import type { Machine } from './extensions/machine.ts';
import { rescueCommands } from './extensions/rescue.ts';
import { serviceCommands } from './extensions/service.ts';
import { standbyCommands } from './extensions/standby.ts';
import { systemCommands } from './extensions/system.ts';
import { IronicClient } from './ironic/client.ts';
import { type Api, discover, inspect, type Known, lookup } from './ironic/conversation.ts';
import { Heartbeat } from './ironic/heartbeat.ts';
import { createTokenFile } from './ironic/token-file.ts';
import type { KernelArgs } from './kernel-args.ts';
import type { CommandObject } from './protocol.ts';
import { createHandOver, type HandOver } from './rescue/handed-over.ts';
import { makeCertificate } from './serve/certificate.ts';
import { answerRequest } from './serve/command-api.ts';
import { CommandBook, type CommandTable } from './serve/command-book.ts';
import { startCommandServer } from './serve/server.ts';
import { clockCorrection, setWallClock } from './serve/wall-clock.ts';

/** The release of upstream's agent whose protocol this one speaks: Ironic compares it as a version. */
const AGENT_VERSION = '11.0.0';

export type AgentOptions = {
  readonly args: KernelArgs;
  /** The machine; `node` is the agent's own to tell. */
  readonly machine: Omit<Machine, 'node'>;
  /** Called once before the inventory is taken. */
  readonly prepareInventory: () => Promise<void>;
  /** 9999 in a ramdisk (upstream's default); 0 picks a free one. */
  readonly port: number;
  readonly newId: () => string;
  readonly random: () => number;
  readonly signal: AbortSignal;
};

/**
 * Runs until the signal is aborted, or a rescue has the machine. Rejects only when the agent cannot serve at all (no
 * certificate, no port).
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { args, machine } = options;
  const { clock, say, run } = machine;
  const handOver = createHandOver(machine.runDir);
  const signal = AbortSignal.any([options.signal, handOver.signal]);
  const client = new IronicClient(machine.http);
  const tools = { client, clock, say, signal };
  const api = await discover(args.apiUrls, tools);
  const correction = clockCorrection(clock.now(), api.serverTime);
  if (correction !== null) await setWallClock(correction, { run, say });
  if (args.inspectionUrls.length > 0) {
    await options.prepareInventory();
    await inspect(args.inspectionUrls, { body: inspectionBody(options), ticket: args.ticket }, tools);
  }
  const tokens = createTokenFile(`${machine.runDir}/token`);
  const query = { api, macs: () => lookupMacs(options), tokens, ticket: args.ticket };
  let known = await lookup(query, tools);
  const desk = await openDesk({ options: { ...options, signal }, api, known: () => known, handOver });
  try {
    while (!signal.aborted) {
      const end = await desk.beat(client, known);
      if (end === 'rejected') known = await lookup(query, tools);
    }
    if (handOver.signal.aborted) await clock.sleep(BEFORE_GOING_MS, options.signal).catch(() => undefined);
  } finally {
    await desk.close();
  }
}

function inspectionBody({ machine, args }: AgentOptions): JsonRecord {
  const inventory = machine.inventory();
  return { inventory, boot_interface: args.bootMac, root_disk: defaultRootDisk(machine) };
}

function defaultRootDisk(machine: AgentOptions['machine']): JsonRecord | null {
  try {
    return chooseRootDevice(machine.disks(), {});
  } catch {
    // A machine without disks is described as such.
    return null;
  }
}

/** All MACs of the machine, the one it booted from first. */
function lookupMacs({ machine, args }: AgentOptions): readonly string[] {
  const macs = machine.inventory().interfaces.map((nic) => nic.mac_address);
  return [...new Set([...(args.bootMac === null ? [] : [args.bootMac]), ...macs])].filter(
    (mac) => mac !== '',
  );
}

type DeskOptions = {
  readonly options: AgentOptions;
  readonly api: Api;
  readonly known: () => Known;
  readonly handOver: HandOver;
};

type Desk = {
  beat(client: IronicClient, known: Known): Promise<'stopped' | 'rejected'>;
  close(): Promise<void>;
};

/** The command server with its book, and the heartbeat that tells where it is. */
async function openDesk({ options, api, known, handOver }: DeskOptions): Promise<Desk> {
  const { clock, say, run, runDir } = options.machine;
  const machine: Machine = { ...options.machine, node: () => known().node };
  let heartbeat: Heartbeat | null = null;
  let lastEnded: CommandObject | null = null;
  const book = new CommandBook({
    commands: allCommands(machine, handOver),
    say,
    newId: options.newId,
    onEnd: (command) => {
      lastEnded = command;
      heartbeat?.now();
    },
  });
  const certificate = await makeCertificate({ address: api.localAddress, workDir: `${runDir}/tls`, run });
  const startedAt = clock.now();
  const desk = { book, token: () => known().token, version: AGENT_VERSION, startedAt };
  const server = await startCommandServer({
    certificate,
    address: api.localAddress,
    port: options.port,
    answer: (request) => answerRequest(request, desk),
    say,
  });
  const callbackUrl = `https://${hostOf(api.localAddress)}:${server.port}`;
  say('commands ready', { at: callbackUrl });
  return {
    close: () => server.close(),
    beat: (client, { uuid, token, heartbeatTimeoutS }) => {
      const { signal, random } = options;
      heartbeat = new Heartbeat({
        client,
        clock,
        say,
        signal,
        api,
        uuid,
        random,
        timeoutS: heartbeatTimeoutS,
        body: () => ({
          callback_url: callbackUrl,
          agent_version: AGENT_VERSION,
          agent_token: token,
          agent_verify_ca: certificate.certPem,
          ...statusOf(lastEnded),
        }),
      });
      return heartbeat.run();
    },
  };
}

function hostOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `agent_status` has three words (ironic/api/controllers/v1/ramdisk.py). */
function statusOf(ended: CommandObject | null): { agent_status: string; agent_status_message: string } {
  if (ended === null) return { agent_status: 'start', agent_status_message: 'ready for commands' };
  const word = ended.command_status === 'SUCCEEDED' ? 'end' : 'error';
  return { agent_status: word, agent_status_message: `${ended.command_name} ${ended.command_status}` };
}

function allCommands(machine: Machine, handOver: HandOver): CommandTable {
  const deployed = createDeployedDisk(machine.runDir);
  return {
    ...cleanCommands(machine),
    ...deployCommands(machine, deployed),
    ...standbyCommands(machine),
    ...imageCommands(machine, deployed),
    ...serviceCommands(),
    ...systemCommands(machine),
    ...rescueCommands(machine, handOver),
    ...logCommands(machine),
  };
}
