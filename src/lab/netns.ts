/** Builds a topology. Runs inside the lab's own mount and network namespace, so nothing of it shows outside. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LabNamespace } from './addresses.ts';
import { LAB_FILES } from './files.ts';
import { runOrFail } from './run.ts';
import { type KernelSwitch, type LinkStep, namespaceFile, type Topology } from './topology.ts';

/** The words that run a command in one namespace of the lab; the working directory is the lab's folder. */
export function inNamespace(name: LabNamespace, argv: readonly string[]): readonly string[] {
  return ['nsenter', `--net=${namespaceFile(name)}`, '--', ...argv];
}

/** A namespace is kept by a file that it is mounted on; the tmpfs makes them go with our mount namespace. */
async function makeNamespaces(dir: string, names: readonly LabNamespace[]): Promise<void> {
  const folder = path.join(dir, LAB_FILES.namespaces);
  await mkdir(folder, { recursive: true });
  await runOrFail('Mounting a tmpfs for the namespaces', { argv: ['mount', '-t', 'tmpfs', 'tmpfs', folder] });
  for (const name of names) {
    await writeFile(path.join(folder, name), '');
    const argv = ['unshare', `--net=${namespaceFile(name)}`, 'true'];
    await runOrFail(`Making the namespace "${name}"`, { argv, cwd: dir });
  }
}

async function setSwitch(dir: string, wanted: KernelSwitch): Promise<void> {
  // `sh` and not this process writes: /proc/sys/net shows the namespace of who looks.
  const script = wanted.optional ? '[ -e "$1" ] || exit 0; echo "$2" > "$1"' : 'echo "$2" > "$1"';
  const argv = inNamespace(wanted.in, ['sh', '-c', script, 'sh', wanted.file, wanted.value]);
  await runOrFail(`Setting ${wanted.file} to ${wanted.value} in "${wanted.in}"`, { argv, cwd: dir });
}

async function makeLinks(dir: string, step: LinkStep): Promise<void> {
  const argv = inNamespace(step.in, ['ip', '-batch', '-']);
  await runOrFail(`Making the links of "${step.in}" (${step.batch.join('; ')})`, {
    argv,
    cwd: dir,
    input: `${step.batch.join('\n')}\n`,
  });
}

/** @throws IngotError `environment` or `missing_program`, naming the step that failed. */
export async function buildNetwork(dir: string, topology: Topology): Promise<void> {
  await makeNamespaces(dir, topology.namespaces);
  for (const wanted of topology.switches) await setSwitch(dir, wanted);
  for (const step of topology.links) await makeLinks(dir, step);
}
