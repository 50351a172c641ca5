/** The properties of a node that have a meaning here, and their values. Pure. */
import { IngotError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { IPXE_PROGRAMS } from '../store/words.ts';
import { capabilitiesIn } from './capabilities.ts';

/** Throws `invalid_input` for a value that nothing could be made of when the node boots. */
export function refuseOddProperties(properties: JsonObject): void {
  refuseOddCapabilities(properties);
  refuseUnknownProgram(properties);
}

const CAPABILITIES: readonly { readonly name: string; readonly values: readonly [string, string] }[] = [
  { name: 'boot_mode', values: ['bios', 'uefi'] },
  { name: 'secure_boot', values: ['true', 'false'] },
];

function refuseOddCapabilities({ capabilities }: JsonObject): void {
  const given = capabilitiesIn(capabilities);
  for (const { name, values } of CAPABILITIES) {
    const value = given.get(name);
    if (value === undefined || values.includes(value)) continue;
    throw new IngotError(
      'invalid_input',
      `properties/capabilities: the ${name} ${JSON.stringify(value)} is not ${values.join(' or ')}`,
      {
        hint: `Write ${values.map((one) => `${name}:${one}`).join(' or ')}, or leave it out: then the BMC is asked.`,
      },
    );
  }
  if (given.get('secure_boot') === 'true' && given.get('boot_mode') === 'bios')
    throw new IngotError('invalid_input', 'properties/capabilities: secure_boot:true needs boot_mode:uefi', {
      hint: 'Secure Boot is a part of UEFI: change boot_mode, or leave secure_boot out.',
    });
}

function refuseUnknownProgram({ ipxe_program: program = null }: JsonObject): void {
  if (program === null || IPXE_PROGRAMS.some((known) => known === program)) return;
  throw new IngotError(
    'invalid_input',
    `properties/ipxe_program: ${JSON.stringify(program)} is no build of iPXE that ingot knows`,
    { hint: `Choose one of ${IPXE_PROGRAMS.join(', ')}, or leave it out for the usual one.` },
  );
}
