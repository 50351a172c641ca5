/** The processors, from the text of `/proc/cpuinfo`. */
import type { Inventory } from '../protocol.ts';

/** Node's names of architectures, as the kernel (and Ironic) spell them. */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x64', 'x86_64'],
  ['arm64', 'aarch64'],
  ['ppc64', 'ppc64le'],
]);

function kernelArchitecture(nodeArch: string): string {
  return ARCHITECTURES.get(nodeArch) ?? nodeArch;
}

export type CpuFacts = {
  readonly cpuinfo: string;
  /** `/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq`, in kHz; null without frequency scaling. */
  readonly maxKhz: number | null;
  readonly nodeArch: string;
};

export function parseCpu(facts: CpuFacts): Inventory['cpu'] {
  const processors = facts.cpuinfo
    .split(/\n\s*\n/)
    .map(fieldsOf)
    .filter((fields) => fields.has('processor'));
  const first = processors[0] ?? new Map<string, string>();
  const sockets = new Set(processors.map((fields) => fields.get('physical id') ?? '0'));
  return {
    model_name: first.get('model name') ?? first.get('Model') ?? armName(first),
    frequency: facts.maxKhz === null ? (first.get('cpu MHz') ?? null) : String(facts.maxKhz / 1000),
    count: processors.length,
    architecture: kernelArchitecture(facts.nodeArch),
    flags: (first.get('flags') ?? first.get('Features') ?? '').split(/\s+/).filter((flag) => flag !== ''),
    socket_count: Math.max(1, sockets.size),
  };
}

function fieldsOf(block: string): ReadonlyMap<string, string> {
  const pairs = block.split('\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return colon < 0 ? ['', ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return new Map(pairs);
}

function armName(fields: ReadonlyMap<string, string>): string {
  const implementer = fields.get('CPU implementer');
  const part = fields.get('CPU part');
  return implementer === undefined || part === undefined ? 'unknown' : `ARM ${implementer} part ${part}`;
}
