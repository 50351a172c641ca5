import { describe, expect, it } from 'vitest';
import { HEADER_BYTES } from '../../../../src/dhcp/leases/journal/frames.ts';
import { LogSpace } from '../../../../src/dhcp/leases/journal/log-space.ts';

const PAYLOAD = new Uint8Array(100);
const FRAME_BYTES = HEADER_BYTES + PAYLOAD.length;
/** Room for three frames in each of two segments. */
const space = (): LogSpace => new LogSpace({ segments: 2, segmentBytes: 3 * FRAME_BYTES + 1 }, 7);

function keep(log: LogSpace, frames: number): void {
  for (let count = 0; count < frames; count++) {
    const frame = log.place(PAYLOAD);
    if (frame === null) throw new Error('there is no room');
    log.kept(frame);
  }
}

describe('the space of the lease log', () => {
  it('puts one frame behind the other, with a sequence that grows from what the log held', () => {
    const log = space();
    keep(log, 1);
    expect(log.place(PAYLOAD)).toMatchObject({ segment: 0, position: FRAME_BYTES, sequence: 9 });
    expect(log.durable).toBe(8);
  });

  it('puts the frame after a failed one in its place, with a greater sequence', () => {
    const log = space();
    expect(log.place(PAYLOAD)).toMatchObject({ position: 0, sequence: 8 });
    expect(log.place(PAYLOAD)).toMatchObject({ position: 0, sequence: 9 });
    expect(log.durable).toBe(7);
  });

  it('goes on in the next segment when one is full, and back in the first when that was folded', () => {
    const log = space();
    keep(log, 3);
    expect(log.full).toEqual([]);
    keep(log, 1);
    expect(log.full).toEqual([0]);
    log.release([0]);
    keep(log, 2);
    expect(log.place(PAYLOAD)).toMatchObject({ segment: 0, position: 0 });
    expect(log.full).toEqual([1]);
  });

  it('has no place when all segments are full, until one is folded', () => {
    const log = space();
    keep(log, 6);
    expect(log.place(PAYLOAD)).toBeNull();
    log.release([0]);
    expect(log.place(PAYLOAD)).toMatchObject({ segment: 0, position: 0 });
  });

  it('never writes over the current segment, whoever says that it was folded', () => {
    const log = space();
    keep(log, 4);
    log.release([1]);
    expect(log.place(PAYLOAD)).toMatchObject({ segment: 1, position: FRAME_BYTES });
    expect(log.full).toEqual([0]);
  });
});
