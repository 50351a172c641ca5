/** All that `ingot preflight` looks at, in the order in which an operator mends it. */
import { systemClock } from '../../clock.ts';
import type { Config } from '../../config/schema.ts';
import { asIngotError } from '../../errors.ts';
import { checkApi } from './api.ts';
import { checkBuffers } from './buffers.ts';
import { checkCapabilities } from './capabilities.ts';
import { checkFiles } from './files.ts';
import { bad, type Finding } from './finding.ts';
import { judgeInterfaces, readInterfaces } from './interfaces.ts';
import { checkOtherDhcp } from './other-dhcp.ts';
import { judgePorts } from './ports.ts';
import { checkBmcRoutes } from './routes.ts';
import { openSockets } from './sockets.ts';
import { checkStateFolder, daemonAtWork } from './state-folder.ts';

type Check = { readonly name: string; readonly look: () => Promise<readonly Finding[]> };

/** Changes nothing on this machine. On the wires of DHCP networks it asks once who else answers, if it may. */
export async function preflight(
  config: Config,
  { askDhcp }: { readonly askDhcp: boolean },
): Promise<readonly Finding[]> {
  const checks: readonly Check[] = [
    { name: 'capability', look: async () => [await checkCapabilities()] },
    { name: 'folder', look: () => checkStateFolder(config) },
    { name: 'interface', look: async () => judgeInterfaces(config.networks, await readInterfaces()) },
    {
      name: 'port',
      look: async () =>
        judgePorts(config, { ownPid: await daemonAtWork(config), sockets: await openSockets() }),
    },
    { name: 'buffer', look: checkBuffers },
    { name: 'api', look: () => checkApi(config, systemClock.now()) },
    { name: 'boot', look: () => checkFiles(config) },
    { name: 'route', look: () => checkBmcRoutes(config.networks) },
    ...(askDhcp ? [{ name: 'dhcp', look: () => checkOtherDhcp(config.networks) }] : []),
  ];
  return (await Promise.all(checks.map(findingsOf))).flat();
}

/** A look that fails is a finding: the others go on. */
async function findingsOf({ name, look }: Check): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (thrown) {
    const { message, hint } = asIngotError(thrown, `looking at "${name}"`);
    return [bad(name, message, hint)];
  }
}
