/** `ingot preflight`: is this machine fit for that configuration? */

import { CHECKS } from '../../config/checks.ts';
import { loadConfig } from '../../config/load.ts';
import { asIngotError } from '../../errors.ts';
import { networkWarnings } from '../../ipam/network-warnings.ts';
import { readOptions } from '../options.ts';
import { bad, type Finding, good, warning } from './finding.ts';
import { preflight } from './preflight.ts';

const HELP = `Usage: ingot preflight [--config FILE] [--json]
Looks whether this machine is fit for the configuration, before or beside a running daemon: capabilities, state folder
and disk space, interfaces and addresses, ports (67, 69, 514, 4011, 6180, 6183, 6385), socket buffers, boot files,
ramdisk, programs, how the API is guarded, the way to the BMCs, other DHCP servers. Run it as root: only then it sees who holds a port.
  --config FILE   default: /etc/ingot/ingot.yaml
  --silent        send nothing: do not ask on the networks which other DHCP servers answer
  --json          the findings as JSON
Exit codes: 0 fit (there may be warnings), 1 something will not work, 2 wrong usage.
`;

const MARKS: Readonly<Record<Finding['verdict'], string>> = { good: 'ok', warning: 'WARNING', bad: 'BAD' };

const OPTIONS = {
  config: { type: 'string', default: '/etc/ingot/ingot.yaml' },
  silent: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** Returns the exit code. */
export async function preflightCommand(argv: readonly string[]): Promise<number> {
  const values = readOptions(argv, { options: OPTIONS, help: HELP });
  if (values === null) return 2;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const findings = await lookAt(values.config, { askDhcp: !values.silent });
  const fit = findings.every(({ verdict }) => verdict !== 'bad');
  process.stdout.write(
    values.json ? `${JSON.stringify({ fit, findings }, null, 2)}\n` : findings.map(line).join(''),
  );
  return fit ? 0 : 1;
}

async function lookAt(file: string, options: { readonly askDhcp: boolean }): Promise<readonly Finding[]> {
  try {
    const config = await loadConfig(file, CHECKS);
    return [
      good('config', `${file} is a good configuration`),
      ...networkWarnings(config.networks).map(({ message, hint }) => warning('config', message, hint)),
      ...(await preflight(config, options)),
    ];
  } catch (thrown) {
    const { message, hint } = asIngotError(thrown, `reading ${file}`);
    return [bad('config', message, hint)];
  }
}

function line({ verdict, sentence, hint }: Finding): string {
  const indent = ' '.repeat(9);
  const told = [sentence, ...(hint === '' ? [] : [hint])].join('\n').replaceAll('\n', `\n${indent}`);
  return `${MARKS[verdict].padEnd(indent.length)}${told}\n`;
}
