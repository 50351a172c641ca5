/** Whether this machine has a way to the BMCs' networks. */
import { z } from 'zod';
import type { NetworkConfig } from '../../config/schema.ts';
import { run } from '../../lab/run.ts';
import { formatCidr, ipv4FromNumber, ipv4ToNumber } from '../../net/ipv4.ts';
import { bad, type Finding, good } from './finding.ts';

/** `ip -json route get`. */
const routes = z.array(z.object({ dev: z.string(), gateway: z.string().optional() }));

export async function checkBmcRoutes(networks: readonly NetworkConfig[]): Promise<readonly Finding[]> {
  const bmcs = networks.filter(({ role }) => role === 'oob');
  return await Promise.all(bmcs.map(checkRoute));
}

async function checkRoute({ name, cidr }: NetworkConfig): Promise<Finding> {
  const first = ipv4FromNumber(ipv4ToNumber(cidr.network) + (cidr.prefix < 31 ? 1 : 0));
  const { code, stdout, stderr } = await run({ argv: ['ip', '-json', 'route', 'get', first] });
  const [route] = code === 0 ? routes.parse(JSON.parse(stdout)) : [];
  const network = `the BMC network "${name}" (${formatCidr(cidr)})`;
  if (route === undefined)
    return bad(
      'route',
      `There is no route to ${network}: ${stderr.trim().replace(/^RTNETLINK answers: /, '')}`,
      `Add one by the router between them: ip route add ${formatCidr(cidr)} via ROUTER.`,
    );
  const by = route.gateway === undefined ? 'directly' : `by ${route.gateway}`;
  return good('route', `Packets to ${network} go ${by} on ${route.dev}`);
}
