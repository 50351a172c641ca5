import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lldpOfCapture, parseTlvs } from '../../src/agent/hardware/lldp.ts';

/** Chassis ID (MAC), port ID (interface name), TTL 120 s, end; as a switch sends them (802.1AB, clause 8). */
const TLVS = '0207' + '04' + '001122334455' + '0405' + '05' + '47693031' + '0602' + '0078' + '0000';
const FRAME = Buffer.from(`0180c200000e${'001122334456'}88cc${TLVS}`, 'hex');

/** A capture file with these frames. */
function capture(...frames: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  const records = frames.flatMap((frame) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([header, ...records]);
}

describe('LLDP', () => {
  const EXPECTED = [
    [1, '04001122334455'],
    [2, '0547693031'],
    [3, '0078'],
  ];

  it('is read out of a capture as types and hex values', () => {
    expect(lldpOfCapture(capture(FRAME))).toEqual(EXPECTED);
  });

  it('is found behind other frames and inside a VLAN tag', () => {
    const other = Buffer.alloc(60, 0xff);
    const tagged = Buffer.concat([FRAME.subarray(0, 12), Buffer.from('81000064', 'hex'), FRAME.subarray(12)]);
    expect(lldpOfCapture(capture(other, tagged))).toEqual(EXPECTED);
  });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a capture without frames', capture()],
    ['a file of another kind', Buffer.alloc(100, 1)],
  ])('is not in %s', (_, file) => {
    expect(lldpOfCapture(file)).toBeNull();
  });

  it('leaves out a value that is cut', () => {
    expect(parseTlvs(Buffer.from('02070400', 'hex'))).toEqual([]);
  });

  it('is never a crash, whatever a switch sends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 46, maxLength: 300 }), (bytes) => {
        const frame = Buffer.concat([FRAME.subarray(0, 14), Buffer.from(bytes)]);
        expect(lldpOfCapture(capture(frame))).toEqual(parseTlvs(Buffer.from(bytes)));
        expect(lldpOfCapture(Buffer.from(bytes))).toBeNull();
      }),
    );
  });
});
