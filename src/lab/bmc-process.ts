/** All BMCs of a lab in one process, in the namespace `oob`. Usage: bmc-process.ts (in the lab's folder) */
import { systemClock } from '../clock.ts';
import { asIngotError } from '../errors.ts';
import { createLog } from '../log.ts';
import { BMC_PORT } from './addresses.ts';
import { readCredentials, requireLab } from './files.ts';
import { QemuMachine } from './machine/qemu.ts';
import { type BmcServer, startBmcServer } from './redfish/server.ts';
import { readCertificate } from './tls.ts';

const log = createLog('info').child({ component: 'lab-bmc' });
const dir = process.cwd();

async function main(): Promise<void> {
  const lab = await requireLab(dir);
  const credentials = await readCredentials(dir);
  const machines: QemuMachine[] = [];
  const servers: BmcServer[] = [];
  for (const plan of lab.machines) {
    const machine = new QemuMachine({
      plan,
      accelerator: lab.accelerator,
      clock: systemClock,
      log: log.child({ machine: plan.name }),
    });
    await machine.open();
    machines.push(machine);
    servers.push(
      await startBmcServer({
        host: plan.bmc_address,
        port: BMC_PORT,
        tls: await readCertificate(dir, plan.bmc_address),
        credentials,
        uuid: plan.uuid,
        systems: new Map([['1', machine]]),
        log: log.child({ bmc: plan.bmc_address }),
      }),
    );
  }
  log.info({ bmcs: servers.length }, 'all BMCs answer');

  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    await Promise.all(machines.map((machine) => machine.off()));
  };
  process.once('SIGTERM', () => {
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error: asIngotError(error, 'Ending the machines').message }, 'cannot end in order');
        process.exit(1);
      },
    );
  });
}

main().catch((error: unknown) => {
  log.error({ error: asIngotError(error, 'Starting the BMCs').message }, 'the BMC process ends');
  process.exit(1);
});
