/** Gives this namespace the addresses that machines lease: only then, for a server may ask the wire who has one. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

const MOST_LOOKS = 500;
const LOOK_MS = 20;

export type OwnAddresses = {
  /** Resolves when the address can be sent from. @throws Error when that takes ten seconds */
  own(address: string): Promise<void>;
  close(): void;
};

/** By routes of type local, added by one long-lived `ip`. */
export function createOwnAddresses(): OwnAddresses {
  const ip = spawn('ip', ['-batch', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  return {
    close: () => ip.stdin.end(),
    own: async (address) => {
      ip.stdin.write(`route replace local ${address}/32 dev lo\n`);
      for (let looks = 0; looks < MOST_LOOKS; looks++) {
        if (await isOurs(address)) return;
        await sleep(LOOK_MS);
      }
      throw new Error(`${address} could not be taken`);
    },
  };
}

function isOurs(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind(0, address, () => {
      socket.close();
      resolve(true);
    });
  });
}
