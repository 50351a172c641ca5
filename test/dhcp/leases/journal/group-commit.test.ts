import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeEntries } from '../../../../src/dhcp/leases/journal/entries.ts';
import { readFrames } from '../../../../src/dhcp/leases/journal/frames.ts';
import { LogSpace, type PlacedFrame } from '../../../../src/dhcp/leases/journal/log-space.ts';
import { LoggedJournal } from '../../../../src/dhcp/leases/lease-journal.ts';
import { lease, mac } from '../../samples.ts';

/** Frames whose writing the test ends, and everything that happened, in order. */
let writes: { readonly frame: PlacedFrame; readonly end: (failure: string | null) => void }[];
let folds: { readonly through: number; readonly end: (error: Error | null) => void }[];
let told: string[];
let logged: unknown[];
let journal: LoggedJournal;

/** As the daemon's. */
const SEGMENT_BYTES = 8 * 1024 * 1024;

/** `segmentBytes`: 380 holds four frames of one lease. */
function open(segmentBytes = SEGMENT_BYTES): void {
  writes = [];
  // A timer of an earlier test's journal may fold yet: not into this test's list.
  const own: typeof folds = [];
  folds = own;
  told = [];
  logged = [];
  journal = new LoggedJournal({
    path: 'leases.db',
    space: new LogSpace({ segments: 2, segmentBytes }, 0),
    keeper: {
      write: (frame, end) => void writes.push({ frame, end }),
      stop: async () => undefined,
    },
    table: {
      open: async () => 0,
      fold: (through) =>
        new Promise((resolve, reject) => {
          own.push({ through, end: (error) => (error === null ? resolve() : reject(error)) });
        }),
      load: async () => [],
      adopt: async () => [],
      close: async () => undefined,
    },
    log: { error: (...said: readonly unknown[]) => void logged.push(said) },
  });
}
beforeEach(() => open());

function append(...numbers: readonly number[]): void {
  for (const number of numbers)
    journal.append({ network: 'pxe', leases: [lease(mac(number), `10.77.0.${number}`)] }, (failure) =>
      told.push(failure === null ? `${number}` : `${number}: ${failure.message}`),
    );
}

async function end(failure: string | null = null): Promise<void> {
  await turnOfTheLoop();
  writes.shift()?.end(failure);
}

const macsOf = (frame: PlacedFrame | undefined): readonly string[] =>
  readFrames(frame?.bytes ?? new Uint8Array()).frames.flatMap(({ payload }) =>
    decodeEntries(payload).map((entry) => entry.lease.mac),
  );

describe('what is appended to the lease journal', () => {
  it('is told about when its frame is durable, and not before', async () => {
    append(1, 2);
    await turnOfTheLoop();
    expect(told).toEqual([]);
    await end();
    expect(told).toEqual(['1', '2']);
  });

  it('shares a frame with all of its turn, and with all that came while another was written', async () => {
    append(1, 2);
    await turnOfTheLoop();
    expect(macsOf(writes[0]?.frame)).toEqual([mac(1), mac(2)]);
    append(3);
    await turnOfTheLoop();
    append(4);
    expect(writes).toHaveLength(1);
    await end();
    expect(macsOf(writes[0]?.frame)).toEqual([mac(3), mac(4)]);
  });

  it('is gathered for a moment more when thousands come in a second', async () => {
    append(...Array.from({ length: 100 }, (_, number) => number));
    await turnOfTheLoop();
    append(101);
    await end();
    expect(writes).toEqual([]);
    append(102);
    await expect.poll(() => writes).toHaveLength(1);
    expect(macsOf(writes[0]?.frame)).toEqual([mac(101), mac(102)]);
  });

  it('makes no frame larger than a segment, however many leases come at once', async () => {
    const one = {
      ...lease(mac(1), '10.77.0.1'),
      hostname: 'h'.repeat(253),
      relayInformation: new Uint8Array(255),
    };
    const entry = { network: 'pxe', leases: Array.from({ length: 200 }, () => one) };
    const outcomes: unknown[] = [];
    for (let count = 0; count < 50; count++) journal.append(entry, (failure) => void outcomes.push(failure));
    await turnOfTheLoop();
    const sizes: number[] = [];
    while (writes.length > 0) {
      sizes.push(writes[0]?.frame.bytes.length ?? 0);
      await end();
    }
    expect(outcomes).toEqual(Array.from({ length: 50 }, () => null));
    expect(Math.max(...sizes)).toBeLessThan(SEGMENT_BYTES);
  });

  it('is refused with what to do when the disk refuses, and the next ones are not', async () => {
    append(1, 2);
    await turnOfTheLoop();
    append(3);
    await end('EIO: i/o error');
    expect(told).toEqual([1, 2].map((n) => `${n}: cannot write leases to leases.db: EIO: i/o error`));
    expect(writes[0]?.frame).toMatchObject({ position: 0, sequence: 2 });
    await end();
    expect(told.at(-1)).toBe('3');
  });

  it('is refused at once when thousands wait for a disk that does not answer', async () => {
    append(1);
    await turnOfTheLoop();
    for (let count = 0; count < 8192; count++) append(2);
    expect(told).toEqual([]);
    append(3);
    expect(told).toEqual(['3: cannot write leases to leases.db: the disk does not keep up']);
  });

  it('is told about though what follows one of them throws, which is logged as a defect', async () => {
    journal.append({ network: 'pxe', leases: [lease(mac(1), '10.77.0.1')] }, () => {
      throw new TypeError('no such socket');
    });
    append(2);
    await end();
    append(3);
    await end();
    expect(told).toEqual(['2', '3']);
    expect(logged).toEqual([
      [{ error: 'TypeError: no such socket' }, 'a defect after leases were written: please report it'],
    ]);
  });

  it('is all told about when a flush resolves', async () => {
    append(1);
    const flushed = journal.flush().then(() => told.push('flushed'));
    append(2);
    await end();
    await end();
    await flushed;
    expect(told).toEqual(['1', '2', 'flushed']);
  });
});

describe('a full segment of the lease log', () => {
  /** Leases 1 to `last`, each in a frame of its own. */
  async function fill(last: number): Promise<void> {
    for (let number = 1; number <= last; number++) {
      append(number);
      await end();
    }
  }

  it('is folded while the log goes on in the other one', async () => {
    open(380);
    await fill(6);
    expect(told).toEqual(['1', '2', '3', '4', '5', '6']);
    await expect.poll(() => folds).toHaveLength(1);
    expect(folds[0]?.through).toBeGreaterThanOrEqual(4);
  });

  it('makes leases be refused when the database takes nothing until the log is full', async () => {
    open(380);
    await fill(9);
    const full = 'cannot write leases to leases.db: the lease log is full, and leases.db takes nothing';
    expect(told.at(-1)).toBe(`9: ${full}`);
    await expect.poll(() => folds).toHaveLength(1);
    folds[0]?.end(null);
    await turnOfTheLoop();
    append(10);
    await end();
    expect(told.at(-1)).toBe('10');
  });
});

describe('what the lease log holds', () => {
  it('is folded before leases are loaded, and never a second time', async () => {
    await journal.load('pxe');
    expect(folds).toEqual([]);
    append(1);
    await end();
    const loaded = journal.load('pxe');
    await expect.poll(() => folds).toMatchObject([{ through: 1 }]);
    folds[0]?.end(null);
    await loaded;
    await journal.load('rack');
    await journal.close();
    expect(folds).toHaveLength(1);
  });

  it('is folded with the next ones when the database took nothing', async () => {
    append(1);
    await end();
    const loaded = journal.load('pxe');
    await expect.poll(() => folds).toHaveLength(1);
    folds[0]?.end(new Error('disk full'));
    await expect(loaded).rejects.toThrow('disk full');
    const closed = journal.close();
    await expect.poll(() => folds).toHaveLength(2);
    folds[1]?.end(null);
    await closed;
  });
});

describe('whether the lease keeper answers', () => {
  it('is known at once while nothing is written, and by the end of the write at hand else', async () => {
    let answered = 0;
    const ask = (): void => void journal.answers().then(() => answered++);
    ask();
    await turnOfTheLoop();
    expect(answered).toBe(1);
    append(1);
    await turnOfTheLoop();
    ask();
    append(2);
    await turnOfTheLoop();
    expect(answered).toBe(1);
    await end('the disk is gone');
    await turnOfTheLoop();
    expect(answered).toBe(2);
  });
});
