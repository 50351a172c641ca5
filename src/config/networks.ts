import { checkNetworks } from '../ipam/check-networks.ts';
import type { ConfigCheck } from './load.ts';

/** What is wrong with the networks as a whole, each problem at the last network that it concerns. */
export const networkProblems: ConfigCheck = (config) =>
  checkNetworks(config.networks).map(({ networks, message, hint }) => {
    const index = config.networks.findLastIndex((network) => networks.includes(network));
    return { path: ['networks', index], sentence: `${message}. ${hint}` };
  });
