/** A machine with a BMC and a ramdisk: it outlives every daemon that drives it, and counts what is done to it. */
import type { Bmc, BmcPower, BootDevice, Hardware, SystemInfo } from '../../../src/bmc/bmc.ts';
import type { Clock } from '../../../src/clock.ts';
import { IngotError } from '../../../src/errors.ts';
import type { AgentCall } from '../../../src/lifecycle/agents/agent-admission.ts';
import type { AgentClient } from '../../../src/lifecycle/agents/agent-client.ts';
import type { AgentCommand } from '../../../src/lifecycle/agents/agent-wire.ts';
import type { Lifecycle } from '../../../src/lifecycle/lifecycle.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { resultOf, stepIn } from './agent-answers.ts';
import { OWN } from './certificates.ts';
import type { MachineFaults } from './machine-faults.ts';

const NO_HARDWARE: Hardware = {
  cpu: { architecture: null, model: null, mhz: null },
  disks: [],
  nics: [],
};

const LOST = new IngotError('bmc_unreachable', 'The BMC took the request but did not answer in time.', {
  hint: 'Look at it.',
});

export const CALLBACK_URL = 'https://10.20.1.5:9999';

/** How its agent asks: from its address, by TLS. */
export function agentCall(ticket: string | null, address = '10.20.1.5'): AgentCall {
  return { address: parseIpv4(address), isPrivate: true, ticket };
}

export type Machine = {
  readonly uuid: string;
  readonly mac: string;
  /** Tests put other calls in the place of these. */
  readonly bmc: { -readonly [call in keyof Bmc]: Bmc[call] };
  readonly agent: (token: string) => AgentClient;
  readonly faults: MachineFaults;
  /** What happened, in order: `on pxe`, `off`, `write_image`, ... */
  readonly history: string[];
  /** The parameters of each command that handed the machine over for a rescue. */
  readonly rescuedWith: readonly unknown[];
  /** Steps of its agent, by name, that the loss of power has cut in their middle. */
  readonly cut: readonly string[];
  /** The logs of its ramdisks that were kept. */
  readonly keptLogs: string[];
  power(): BmcPower;
  /** From where it was started; null while it is off. */
  runs(): 'disk' | 'network' | null;
  /** Where in the history a restart has hit a system of its own. */
  readonly systemsCut: readonly number[];
  /** How often it has restarted, and its BMC's answer was lost. */
  restartsUnheard(): number;
};

export type MachineOptions = {
  readonly uuid: string;
  readonly mac: string;
  readonly clock: Clock;
  /** The daemon that answers just now; null while it is down. */
  readonly daemon: () => Lifecycle | null;
  /** What the script of its boot loader holds just now. */
  readonly ticket: () => Promise<string>;
  readonly bootMs?: number;
  readonly writeMs?: number;
};

export function createMachine(options: MachineOptions): Machine {
  const { uuid, mac, clock, bootMs = 40_000, writeMs = 6_000 } = options;
  const faults: MachineFaults = {};
  const history: string[] = [];
  const rescuedWith: unknown[] = [];
  const cut: string[] = [];
  /** Names of the steps that its agent runs, by the command's id. */
  const running = new Map<string, string>();
  let power: BmcPower = 'off';
  let once: BootDevice | null = null;
  let boot = 0;
  let from: 'disk' | 'network' = 'disk';
  const systemsCut: number[] = [];
  let restartsUnheard = 0;
  let commands: AgentCommand[] = [];
  let token: string | null = null;
  /** The agent has ended, as it does once a rescue has the machine. */
  let handedOver = false;

  const turnOff = (): void => {
    if (power === 'off') return;
    power = 'off';
    lose();
    history.push('off');
  };

  /** What was in memory. */
  const lose = (): void => {
    boot++;
    cut.push(...running.values());
    running.clear();
    commands = [];
    token = null;
    handedOver = false;
  };

  const turnOn = (): void => {
    if (power === 'on') return;
    power = 'on';
    boot++;
    history.push(`on ${once ?? 'disk'}`);
    const fromNetwork = once === 'pxe' || once === 'http';
    once = null;
    from = fromNetwork ? 'network' : 'disk';
    if (fromNetwork) void ramdisk(boot);
  };

  /** Looks its node up, then reports every 20 s, as long as this boot lasts; a daemon that is down is asked again. */
  const ramdisk = async (mine: number): Promise<void> => {
    await clock.sleep(bootMs);
    let ticket: string | null = null;
    while (boot === mine && faults.silent !== true && !handedOver) {
      try {
        const daemon = options.daemon();
        if (daemon !== null && token === null) {
          ticket ??= await options.ticket();
          const call = agentCall(ticket);
          const answer = await answeredInTime(daemon.agentLookup({ macs: [mac], node_uuid: null, call }));
          if (boot === mine && answer.agent_token !== '******') token = answer.agent_token;
        }
        if (daemon !== null && token !== null && boot === mine) {
          await answeredInTime(report(daemon, token));
        }
      } catch (thrown) {
        if (thrown instanceof IngotError) history.push(`refused: ${thrown.message}`);
      }
      await clock.sleep(20_000);
    }
  };

  /** A daemon that is killed answers no more: the connection breaks. */
  const answeredInTime = async <T>(answer: Promise<T>): Promise<T> => {
    const enough = new AbortController();
    const broken = clock.sleep(5_000, enough.signal).then(() => {
      throw new Error('connection reset');
    });
    try {
      return await Promise.race([answer, broken]);
    } finally {
      broken.catch(() => undefined);
      enough.abort(new Error('answered'));
    }
  };

  const report = (daemon: Lifecycle, agentToken: string): Promise<void> =>
    daemon.agentHeartbeat(uuid, {
      callback_url: CALLBACK_URL,
      agent_version: '1',
      agent_token: agentToken,
      agent_verify_ca: OWN.cert,
    });

  const execute = async (name: string, id: string, mine: number): Promise<void> => {
    const failure = faults.commands?.[name];
    if (name === 'execute_deploy_step') {
      for (let percent = 10; percent < 100; percent += 10) {
        await clock.sleep(writeMs / 10);
        if (boot === mine) {
          change(id, { command_progress: { percent, bytes_done: percent * 10, bytes_total: 1_000 } });
        }
      }
    } else await clock.sleep(faults.stepMs ?? 1_000);
    if (boot !== mine) return;
    running.delete(id);
    if (failure !== undefined) {
      change(id, { command_status: 'FAILED', command_error: { ...failure, message: 'It failed' } });
      return;
    }
    change(id, { command_status: 'SUCCEEDED', command_result: {} });
    if (name === 'power_off') turnOff();
  };

  const change = (id: string, patch: Partial<AgentCommand>): void => {
    commands = commands.map((one) => (one.id === id ? { ...one, ...patch } : one));
  };

  const obeyed = <T>(work: () => T): Promise<T> =>
    answered(() => {
      const result = work();
      if (faults.lostAnswers === true) throw LOST;
      return result;
    });

  const answered = async <T>(work: () => T): Promise<T> => {
    if (faults.bmc != null) throw faults.bmc;
    return work();
  };

  const system = (): SystemInfo => ({
    manufacturer: 'Ingot',
    model: 'Lab',
    serial: null,
    uuid,
    bios_version: null,
    cpu_count: 1,
    memory_mib: 2048,
    power,
    boot_mode: 'uefi',
  });

  const reachable = (given: string): void => {
    if (handedOver) {
      const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      throw new IngotError('agent_unreachable', 'Nobody listens.', { hint: 'Look at it.', cause });
    }
    if (power !== 'on' || token === null || given !== token) {
      throw new IngotError('agent_unreachable', 'The agent does not answer.', { hint: 'Look at it.' });
    }
  };

  return {
    uuid,
    mac,
    faults,
    history,
    rescuedWith,
    cut,
    keptLogs: [],
    power: () => power,
    runs: () => (power === 'on' ? from : null),
    systemsCut,
    restartsUnheard: () => restartsUnheard,
    bmc: {
      address: '10.30.0.5',
      power: () => answered(() => power),
      powerOn: async (signal) => {
        const { slowOn } = faults;
        if (slowOn !== undefined) {
          history.push('asked for on');
          await clock.sleep(slowOn.ms, slowOn.heeds ? signal : undefined);
        }
        await obeyed(turnOn);
      },
      powerOff: () => obeyed(turnOff),
      softPowerOff: () =>
        obeyed(() => {
          if (faults.button === 'missing')
            throw new IngotError('bmc_refused', 'BMC 10.30.0.5 cannot do "soft-off"', { hint: 'Force it.' });
          history.push('button');
          if (faults.button !== 'ignored') turnOff();
        }),
      restart: (how) =>
        answered(() => {
          if (power === 'off') return null;
          history.push(how === 'forced' ? 'restart' : 'gentle restart');
          if (from === 'disk') systemsCut.push(history.length);
          lose();
          power = 'off';
          turnOn();
          if (faults.lostRestart !== true) return null;
          restartsUnheard++;
          return LOST;
        }),
      lastReset: () => answered(() => (faults.tellsResets === true ? `the ${boot}. start` : null)),
      setBootOnce: (device) =>
        obeyed(() => {
          once = device;
        }),
      setBootAlways: () => answered(() => undefined),
      bootDevice: () => answered(() => ({ device: once ?? null, persistent: false })),
      injectNmi: () => answered(() => undefined),
      secureBoot: () => answered(() => faults.secureBoot ?? null),
      setSecureBoot: (enabled) =>
        obeyed(() => {
          faults.secureBoot = enabled;
          history.push(`secure boot ${enabled ? 'on' : 'off'}`);
        }),
      systemInfo: () => answered(system),
      nicMacs: () => answered(() => [mac]),
      biosSettings: () => answered(() => faults.bios ?? []),
      firmwareComponents: () => answered(() => faults.firmware ?? []),
      hardware: () => answered(() => faults.hardware ?? NO_HARDWARE),
      close: () => Promise.resolve(),
    },
    agent: (given) => ({
      commands: async () => {
        reachable(given);
        return commands;
      },
      run: async ({ name: full, params, wait }) => {
        reachable(given);
        const name = full.split('.').at(-1) ?? full;
        const isSync = wait || name === 'finalize_rescue';
        const failure = isSync ? faults.commands?.[name] : undefined;
        const command: AgentCommand = {
          id: `${boot}-${commands.length}`,
          command_name: name,
          command_status: failure !== undefined ? 'FAILED' : isSync ? 'SUCCEEDED' : 'RUNNING',
          command_error: failure === undefined ? null : { ...failure, message: 'It failed' },
          command_result: isSync && failure === undefined ? resultOf(name, faults.offers ?? []) : null,
          command_progress: null,
        };
        commands = [...commands, command];
        if (!wait || name === 'lockdown') history.push(name);
        const step = stepIn(params);
        if (!isSync && step !== null) running.set(command.id, step);
        if (!isSync) void execute(name, command.id, boot);
        if (name === 'finalize_rescue' && failure === undefined) {
          rescuedWith.push(params);
          handedOver = true;
        }
        return command;
      },
    }),
  };
}
