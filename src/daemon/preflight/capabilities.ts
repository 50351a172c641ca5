/** What this process may do (capabilities(7)). */
import { readFile } from 'node:fs/promises';
import { bad, type Finding, good } from './finding.ts';

const NEEDED = [
  { bit: 10n, name: 'CAP_NET_BIND_SERVICE', why: 'for the ports 67 and 69' },
  { bit: 13n, name: 'CAP_NET_RAW', why: 'to bind DHCP to an interface' },
] as const;

/** `status` is the text of /proc/self/status. Pure. */
export function judgeCapabilities(status: string): Finding {
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const lacking = NEEDED.filter(({ bit }) => ((mask >> bit) & 1n) === 0n);
  if (lacking.length === 0)
    return good('capability', `This user has ${NEEDED.map(({ name }) => name).join(' and ')}`);
  const list = lacking.map(({ name, why }) => `${name} ${why}`).join(', and ');
  return bad(
    'capability',
    `This user lacks ${list}`,
    'Run ingot by systemd/ingot.service, which gives them to the user "ingot", or as root.',
  );
}

export async function checkCapabilities(): Promise<Finding> {
  return judgeCapabilities(await readFile('/proc/self/status', 'utf8'));
}
