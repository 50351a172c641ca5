/** `?network=` of lists: a name that no network has is a mistake to tell, not a list that is empty. */
import type { NetworkConfig } from '../../config/schema.ts';
import { IngotError } from '../../errors.ts';

/** `known`: what the list itself has, also of networks that went from the configuration. @throws `invalid_input` */
export function refuseUnknownNetwork(
  name: string | undefined,
  networks: readonly NetworkConfig[],
  known: readonly { readonly network: string }[],
): void {
  if (name === undefined || networks.some((one) => one.name === name)) return;
  if (known.some(({ network }) => network === name)) return;
  const names = networks.map((one) => one.name).join(', ');
  throw new IngotError('invalid_input', `There is no network "${name}".`, {
    hint: names === '' ? 'No network is configured.' : `There are ${names} (\`ingot network list\`).`,
  });
}
