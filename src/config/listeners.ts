import type { ConfigCheck } from './load.ts';

/** Ports that two of our own listeners would want: what only `serve` could find otherwise. */
export const listenerClashes: ConfigCheck = ({ api, boot, networks }) => {
  const [host = '', port = ''] = api.listen.split(':');
  const ours = networks.flatMap(({ address, server_address }) => [address, server_address]);
  const meets = host === '0.0.0.0' ? ours.some((one) => one !== undefined) : ours.some((one) => one === host);
  const { listen_port: plain, https } = boot;
  const ports = { 'boot.listen_port': plain, 'boot.https.listen_port': https.listen_port };
  return [
    ...(plain === https.listen_port
      ? [
          {
            path: ['boot', 'https', 'listen_port'],
            sentence: `is ${plain}, as boot.listen_port is: give one of them another port.`,
          },
        ]
      : []),
    ...Object.entries(ports)
      .filter(([, taken]) => meets && taken === Number(port))
      .map(([key]) => ({
        path: ['api', 'listen'],
        sentence: `is ${api.listen}, where machines are served too (${key}): give one of them another port.`,
      })),
  ];
};
