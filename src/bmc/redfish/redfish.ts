import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Bmc } from '../bmc.ts';
import { createSerialQueue, type SerialQueue } from '../queue.ts';
import { abandonWhenAborted } from './abandon-when-aborted.ts';
import { readBiosSettings } from './bios.ts';
import { readBootDevice, setBootOverride } from './boot-once.ts';
import { createRedfishClient, type Reader, type Resource } from './client.ts';
import type { Dict } from './decode.ts';
import type { RedfishTarget } from './driver-info.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from './exchange.ts';
import { readFirmwareComponents } from './firmware.ts';
import { readHardware } from './hardware.ts';
import { systemInfoIn } from './inventory.ts';
import { readNicMacs } from './nic-macs.ts';
import { fulfil, sendNmi, sendRestart, sendShutdown } from './power.ts';
import { type Habits, habitsFrom } from './quirks.ts';
import { MAX_ATTEMPTS } from './retry.ts';
import { readSecureBoot, setSecureBoot } from './secure-boot.ts';
import { NO_SESSION_BOOK, type SessionBook } from './session-book.ts';
import { findSystem, lastResetOf, powerOf, ROOT_PATH } from './system.ts';
import type { SystemContext } from './system-context.ts';

/** How often what nobody needs is asked for: once more where a BMC stumbled. */
const ATTEMPTS_AT_EXTRAS = 2;

export type RedfishDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** The queue of this BMC's address, where several nodes share one BMC; an own one otherwise. */
  readonly queue?: SerialQueue;
  readonly timeouts?: Timeouts;
  /** In [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** Where open sessions are kept; without it a crash leaves them to the BMC's own time-out. */
  readonly sessions?: SessionBook;
};

/**
 * A BMC over Redfish (DSP0266). Opens nothing until the first call. The system and the vendor are found on
 * the first call that needs them and remembered; a system that is gone (404) is searched again.
 */
export function openRedfishBmc(target: RedfishTarget, deps: RedfishDeps): Bmc {
  const { clock, random = Math.random, timeouts = DEFAULT_TIMEOUTS, sessions = NO_SESSION_BOOK } = deps;
  const log = deps.log.child({ component: 'redfish', bmc: target.address });
  const queue = deps.queue ?? createSerialQueue({ clock, name: target.address });
  const client = createRedfishClient({ target, clock, log, queue, timeouts, random, sessions });
  let systemPath: string | null = null;
  let habits: Habits | null = null;
  /** When the host was last forced off, in milliseconds of `Clock.elapsed`. */
  let forcedOffAt: number | null = null;

  const system = async (reader: Reader = client): Promise<Resource> => {
    const known = systemPath === null ? null : await reader.find(systemPath);
    if (known !== null) return known;
    const found = await findSystem(target, reader);
    systemPath = found.path;
    return found;
  };

  const habitsNow = async (): Promise<Habits> => {
    if (habits !== null) return habits;
    const root = await client.tryGet(ROOT_PATH);
    habits = habitsFrom(root?.body, (await system()).body);
    return habits;
  };

  /** For one call: over when the caller gives it up, and when the client is closed. */
  const work = (caller: AbortSignal | undefined): SystemContext => {
    const signal = caller === undefined ? client.signal : AbortSignal.any([client.signal, caller]);
    return { target, client, clock, log, signal, system };
  };

  /** Reads until the caller gives it up. */
  const readFor = async <T>(
    caller: AbortSignal | undefined,
    attempts: number,
    read: (reader: Reader, system: Dict) => Promise<T>,
  ): Promise<T> => {
    const { signal } = work(caller);
    const reader = client.reader({ signal, attempts });
    // Its turn at the BMC, or a login, may come long after.
    return await abandonWhenAborted(signal, async () => read(reader, (await system(reader)).body));
  };

  return {
    address: target.address,
    async power() {
      return powerOf((await system()).body);
    },
    async powerOn(caller) {
      const power = work(caller);
      const { settleAfterOffMs } = await habitsNow();
      const rest = forcedOffAt === null ? 0 : forcedOffAt + settleAfterOffMs - clock.elapsed();
      if (rest > 0) await clock.sleep(rest, power.signal);
      await fulfil(power, 'on');
    },
    async powerOff(caller) {
      await fulfil(work(caller), 'off');
      forcedOffAt = clock.elapsed();
    },
    softPowerOff: (caller) => sendShutdown(work(caller)),
    restart: (how, caller) => sendRestart(work(caller), how),
    lastReset: (caller) => readFor(caller, MAX_ATTEMPTS, async (_, found) => lastResetOf(found)),
    async setBootOnce(device, mode, caller) {
      const context = { ...work(caller), habits: await habitsNow() };
      await setBootOverride(context, { device, mode, enabled: 'Once' });
    },
    async setBootAlways(device, caller) {
      const context = { ...work(caller), habits: await habitsNow() };
      await setBootOverride(context, { device, mode: null, enabled: 'Continuous' });
    },
    async bootDevice() {
      return readBootDevice(client, await system());
    },
    injectNmi: (caller) => sendNmi(work(caller)),
    secureBoot: (caller) => readFor(caller, MAX_ATTEMPTS, readSecureBoot),
    setSecureBoot: (enabled, caller) => setSecureBoot(work(caller), enabled),
    async systemInfo() {
      return systemInfoIn((await system()).body, await habitsNow());
    },
    async nicMacs() {
      return readNicMacs(client, (await system()).body);
    },
    async hardware() {
      return readHardware(client, (await system()).body);
    },
    biosSettings: (caller) => readFor(caller, ATTEMPTS_AT_EXTRAS, readBiosSettings),
    firmwareComponents: (caller) => readFor(caller, ATTEMPTS_AT_EXTRAS, readFirmwareComponents),
    close: () => client.close(),
  };
}
