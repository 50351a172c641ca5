/** `ingot boot ca`. */
import { type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';

export const bootCa: Command = {
  usage: 'ingot boot ca',
  summary: 'Prints the authority of the boot files’ HTTPS certificate, for enrolment in firmware (PEM).',
  details: `
  Firmware takes it in its set-up (TLS Auth Configuration, Server CA), or by Redfish.
`,
  options: {},
  least: 0,
  most: 0,
  async run({ client, io, json }) {
    const { certificate } = await client.bootAuthority();
    if (json) printJson(io, { certificate });
    else io.out(certificate);
    return EXIT.ok;
  },
};
