/**
 * Tokens that need no storage: an HMAC over what they are good for. They survive a crash, and end by themselves
 * when the generation moves on.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { NodeRecord } from '../../store/records/node.ts';

/** What an agent is given that asks again after this boot's agent has proved itself. */
export const MASKED_TOKEN = '******';

/** For the agent of the node's current boot: 43 characters, safe in URLs. */
export function agentToken(secret: Uint8Array, node: Pick<NodeRecord, 'uuid' | 'boot_generation'>): string {
  return mac(secret, `agent:${node.uuid}:${node.boot_generation}`);
}

/** What the boot loader's script of the node's current boot holds, and its agent shows to get its token. */
export function bootTicket(secret: Uint8Array, node: Pick<NodeRecord, 'uuid' | 'boot_generation'>): string {
  return mac(secret, `ticket:${node.uuid}:${node.boot_generation}`);
}

/** For the status reports of the OS of the node's current instance. */
export function lcmToken(secret: Uint8Array, node: Pick<NodeRecord, 'uuid' | 'instance_generation'>): string {
  return mac(secret, `lcm:${node.uuid}:${node.instance_generation}`);
}

/** Compares in constant time; a different length is compared against itself, so that it takes as long. */
export function tokensEqual(expected: string, given: string): boolean {
  const right = Buffer.from(expected);
  const left = Buffer.from(given);
  return timingSafeEqual(right, left.length === right.length ? left : right) && left.length === right.length;
}

function mac(secret: Uint8Array, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('base64url');
}
