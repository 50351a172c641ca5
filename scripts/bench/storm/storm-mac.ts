import { type Mac, macFromBytes } from '../../../src/net/mac.ts';

/** The MAC of the machine with that number, from 0. */
export function stormMac(number: number): Mac {
  return macFromBytes(Buffer.from([0x52, 0x54, 0, 0x57, number >> 8, number & 255]));
}
