/** A machine that is a QEMU process. It outlives the BMC process, which takes it up again by its QMP socket. */
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Lab, MachinePlan } from '../records.ts';
import {
  afterBoot,
  type BootSettings,
  firstBootSource,
  type Machine,
  type MachineInfo,
  type Power,
  type SecureBoot,
} from './machine.ts';
import { BOOT_NIC_PATH, firmwareOf, nicBootIndex, qemuCommand } from './qemu-argv.ts';
import { qemuMachineInfo } from './qemu-info.ts';
import { endQemu, launchQemu } from './qemu-process.ts';
import { connectQmp, type Qmp, type QmpEvent } from './qmp.ts';
import { type ResetWatch, watchResets } from './reset-watch.ts';
import { prepareFiles, readMachineState, trustOf, writeMachineState } from './state.ts';

export type QemuMachineOptions = {
  readonly plan: MachinePlan;
  readonly accelerator: Lab['accelerator'];
  readonly clock: Clock;
  readonly log: Log;
};

/** The working directory of the process has to be the lab's folder. */
export class QemuMachine implements Machine {
  readonly info: MachineInfo;
  readonly #options: QemuMachineOptions;
  #boot: BootSettings;
  #power: Power = 'Off';
  #secureBoot: SecureBoot | null;
  #qmp: Qmp | null = null;
  #pid: number | null = null;
  readonly #resets: ResetWatch;
  /** The end of the line of operations: each waits for the one before it. */
  #queue: Promise<void> = Promise.resolve();

  constructor(options: QemuMachineOptions) {
    this.#options = options;
    this.info = qemuMachineInfo(options.plan);
    this.#resets = watchResets(options.clock, (stillCounts) => this.#useUpOverride(stillCounts));
    this.#boot = {
      enabled: 'Disabled',
      target: 'None',
      mode: options.plan.firmware === 'uefi' ? 'UEFI' : 'Legacy',
    };
    const { firmware, secure_boot } = options.plan;
    this.#secureBoot = firmware === 'uefi' ? { enabled: secure_boot, current: false } : null;
  }

  power(): Power {
    return this.#power;
  }

  boot(): BootSettings {
    return this.#boot;
  }

  secureBoot(): SecureBoot | null {
    return this.#secureBoot;
  }

  setSecureBoot(enabled: boolean): Promise<void> {
    return this.#inLine(async () => {
      if (this.#secureBoot === null) return;
      this.#secureBoot = { ...this.#secureBoot, enabled };
      this.#persist();
    });
  }

  /** To be called once, before anything else: goes on from the last state, with QEMU if it still runs. */
  open(): Promise<void> {
    return this.#inLine(async () => {
      const { plan, log } = this.#options;
      await prepareFiles(plan);
      const last = await readMachineState(plan);
      if (last !== null) {
        this.#boot = last.boot;
        this.#secureBoot = last.secure_boot;
      }
      const qmp = await connectQmp(plan.qmp, (event) => this.#onEvent(event)).catch(() => null);
      if (qmp !== null) {
        this.#attach(qmp, last?.pid ?? null);
        log.info({ pid: this.#pid }, 'took up the running machine');
      }
      this.#persist();
    });
  }

  on(): Promise<void> {
    return this.#inLine(async () => {
      if (this.#qmp !== null) return;
      this.#power = 'PoweringOn';
      try {
        await this.#start();
      } finally {
        if (this.#qmp === null) this.#power = 'Off';
      }
    });
  }

  off(): Promise<void> {
    return this.#inLine(async () => {
      const qmp = this.#qmp;
      if (qmp === null) return;
      this.#power = 'PoweringOff';
      const { plan, clock } = this.#options;
      await endQemu({ plan, pid: this.#pid, qmp, clock });
      this.#detach(qmp);
    });
  }

  shutdown(): Promise<void> {
    return this.#inLine(async () => {
      await this.#qmp?.execute('system_powerdown');
    });
  }

  nmi(): Promise<void> {
    return this.#inLine(async () => {
      await this.#qmp?.execute('inject-nmi');
    });
  }

  setBoot(settings: BootSettings): Promise<void> {
    return this.#inLine(async () => {
      await this.#applyBootOrder(settings);
      // Only now: a reset that was reported up to here began under the old settings.
      this.#resets.settle();
      this.#boot = settings;
      this.#persist();
    });
  }

  #inLine(act: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(act);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #start(): Promise<void> {
    const { plan, accelerator, clock, log } = this.#options;
    await prepareFiles(plan);
    const first = firstBootSource(this.#boot);
    const firmware = firmwareOf({
      arch: plan.arch,
      mode: this.#boot.mode,
      secureBoot: this.#secureBoot?.enabled ?? false,
    });
    const command = qemuCommand({ machine: plan, firmware, first, accelerator, ...trustOf(plan) });
    const onEvent = (event: QmpEvent): void => this.#onEvent(event);
    const { pid, qmp } = await launchQemu({ plan, command, clock, onEvent });
    this.#attach(qmp, pid);
    this.#boot = afterBoot(this.#boot);
    if (this.#secureBoot !== null)
      this.#secureBoot = { ...this.#secureBoot, current: firmware.endsWith('-secure') };
    this.#persist();
    await this.#applyBootOrder(this.#boot);
    log.info({ pid, first, firmware }, 'power on');
  }

  #attach(qmp: Qmp, pid: number | null): void {
    this.#qmp = qmp;
    this.#pid = pid;
    this.#power = 'On';
    qmp.closed
      .then(() => this.#detach(qmp))
      .catch((error: unknown) => {
        this.#options.log.error({ error: String(error) }, 'cannot write down the power state');
      });
  }

  #detach(qmp: Qmp): void {
    if (this.#qmp !== qmp) return;
    this.#qmp = null;
    this.#pid = null;
    this.#power = 'Off';
    if (this.#resets.settle()) this.#boot = afterBoot(this.#boot);
    this.#persist();
    this.#options.log.info({}, 'power off');
  }

  /** What the firmware reads at the machine's next reset, whoever resets it. */
  async #applyBootOrder(settings: BootSettings): Promise<void> {
    const property = { path: BOOT_NIC_PATH, property: 'bootindex' };
    const value = nicBootIndex(firstBootSource(settings));
    // QEMU refuses an index that is in use, also by the device itself.
    if ((await this.#qmp?.execute('qom-get', property)) === value) return;
    await this.#qmp?.execute('qom-set', { ...property, value });
  }

  #onEvent(event: QmpEvent): void {
    this.#options.log.debug({ event: event.name, ...event.data }, 'QEMU event');
    if (event.name === 'RESET') this.#resets.seen();
  }

  /** The OS rebooted under the present settings: a `Once` among them is used up. */
  #useUpOverride(stillCounts: () => boolean): void {
    this.#inLine(async () => {
      if (!stillCounts()) return;
      this.#boot = afterBoot(this.#boot);
      this.#persist();
      await this.#applyBootOrder(this.#boot);
    }).catch((error: unknown) => {
      this.#options.log.warn({ error: String(error) }, 'cannot set the boot order after a reset');
    });
  }

  #persist(): void {
    writeMachineState(this.#options.plan, {
      power: this.#qmp === null ? 'Off' : 'On',
      boot: this.#boot,
      pid: this.#pid,
      secure_boot: this.#secureBoot,
    });
  }
}
