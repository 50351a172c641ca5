import { configSchema, type NetworkConfig } from '../../src/config/schema.ts';

/** Networks as the configuration file gives them. */
export function networks(...given: readonly object[]): readonly NetworkConfig[] {
  return configSchema.parse({ networks: given }).networks;
}

export function network(given: object): NetworkConfig {
  const [one] = networks({ name: 'lcm', role: 'lcm', cidr: '10.40.0.0/24', ...given });
  if (one === undefined) throw new Error('no network');
  return one;
}
