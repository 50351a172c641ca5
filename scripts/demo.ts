/**
 * `npm run demo`: two virtual machines, one BIOS and one UEFI, from power-off to a running Debian that has
 * reported back. `-- --json` ends with one JSON line, `-- --keep` leaves everything running.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asIngotError } from '../src/errors.ts';
import { machineRequestSchema } from '../src/lab/records.ts';
import { buildAssets } from './assets.ts';
import { followConsoles } from './demo/consoles.ts';
import { followProgress } from './demo/progress.ts';
import { type DemoNode, notBegun, provisionAll, withState } from './demo/provision.ts';
import { type Rig, startRig } from './rig.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});

const started = Date.now();
let saidAt = started;
const say = (text: string): void => {
  saidAt = Date.now();
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

const machines = (['bios', 'uefi'] as const).map((firmware) =>
  machineRequestSchema.parse({ name: `demo-${firmware}`, firmware, disk_gib: 4, memory_mib: 1536 }),
);

let rig: Rig | null = null;
let dir: string | null = null;
const nodes = new Map<string, DemoNode>(machines.map((machine) => [machine.name, notBegun(machine)]));
let failure: string | null = null;
const progress = new AbortController();
try {
  say('building the boot assets (the first time takes a few minutes)');
  const assets = buildAssets();
  dir = await mkdtemp(join(tmpdir(), 'ingot-demo-'));
  say(`starting a lab in ${dir}: namespaces, two machines, two BMCs behind a router`);
  const started = await startRig({ dir, machines, assets });
  rig = started;
  const interrupted = (): void => {
    void started.down().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  say('starting the daemon');
  await started.startDaemon();
  const { signal } = progress;
  const silentMs = (): number => Date.now() - saidAt;
  const showing = Promise.all([
    followProgress(started.client, { say, signal }),
    followConsoles({ machines: started.lab.machines, say, silentMs, signal }),
  ]);
  const onPhase = (node: DemoNode): void => void nodes.set(node.name, node);
  for (const node of await provisionAll(started, { assets, say, onPhase })) onPhase(node);
  progress.abort();
  await showing;
} catch (thrown) {
  progress.abort();
  const error = asIngotError(thrown, 'the demo');
  failure = `${error.message}\n${error.hint}`;
  // The others were on their way, too: where they are is known to the daemon alone.
  if (rig !== null)
    for (const node of nodes.values()) nodes.set(node.name, await withState(rig.client, node));
}

const results = [...nodes.values()];
const inSeconds = (seconds: number | null): string => (seconds === null ? 'not done' : `${seconds} s`);
for (const node of results) {
  const { inspect_s, deploy_s, boot_s } = node.phases;
  const reported = node.os_reported ? 'its OS has reported' : 'its OS has not reported';
  say(
    `${node.name} (${node.firmware}): ${node.provision_state ?? 'state unknown'}, ${reported}; ` +
      `inspect ${inSeconds(inspect_s)}, deploy ${inSeconds(deploy_s)}, boot ${inSeconds(boot_s)}`,
  );
}
const good =
  failure === null && results.every((node) => node.provision_state === 'active' && node.os_reported);
if (failure !== null) say(failure);

if (rig !== null && values.keep) {
  say(
    `left running. Try: bin/ingot node list --url ${rig.client.url}   End it with: bin/ingot lab down --dir ${dir}`,
  );
} else {
  say('cleaning up');
  await rig?.down({ keep: !good });
  if (dir !== null && good) await rm(dir, { recursive: true, force: true });
  else if (dir !== null) say(`what happened stands in ${dir}: daemon.log and the machines' console logs`);
}
if (values.json) process.stdout.write(`${JSON.stringify({ nodes: results })}\n`);
// With --keep the daemon and the lab are children that go on: end here rather than wait for them.
process.exit(good ? 0 : 1);
