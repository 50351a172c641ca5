/**
 * Where the next frame of the lease log goes. The log is a few segments of fixed size: one is written, the others
 * are free, or full and not in `leases.db` yet. Pure bookkeeping: the caller writes and folds.
 */
import { encodeFrame, HEADER_BYTES } from './frames.ts';

export type PlacedFrame = {
  readonly segment: number;
  /** Bytes from the segment's start. */
  readonly position: number;
  readonly sequence: number;
  readonly bytes: Uint8Array;
};

export type LogSize = { readonly segments: number; readonly segmentBytes: number };

export class LogSpace {
  readonly #segmentBytes: number;
  readonly #free: Set<number>;
  readonly #full = new Set<number>();
  #segment = 0;
  #position = 0;
  #durable: number;
  #sequence: number;

  /** All segments free; `last` is the greatest sequence of any frame that may stand in them. */
  constructor({ segments, segmentBytes }: LogSize, last: number) {
    this.#segmentBytes = segmentBytes;
    this.#durable = last;
    this.#sequence = last;
    this.#free = new Set(Array.from({ length: segments - 1 }, (_, index) => index + 1));
  }

  /** Sequence of the last frame that is durable. */
  get durable(): number {
    return this.#durable;
  }

  /** Segments that nothing more is written to until they are folded and released. */
  get full(): readonly number[] {
    return [...this.#full];
  }

  /**
   * A frame for the current end, or for the next segment's start; null when it is full and no other is free. Until it
   * is `kept`, the next one takes its place with a greater sequence: what a failed write left there must not count.
   */
  place(payload: Uint8Array): PlacedFrame | null {
    if (this.#position + HEADER_BYTES + payload.length > this.#segmentBytes && !this.#turn()) return null;
    const sequence = ++this.#sequence;
    const bytes = encodeFrame({ sequence, payload });
    return { segment: this.#segment, position: this.#position, sequence, bytes };
  }

  /** The frame is durable: the next one goes behind it. */
  kept({ position, bytes, sequence }: PlacedFrame): void {
    this.#position = position + bytes.length;
    this.#durable = sequence;
  }

  /** What these held is in `leases.db`. */
  release(segments: readonly number[]): void {
    for (const segment of segments) if (this.#full.delete(segment)) this.#free.add(segment);
  }

  #turn(): boolean {
    const [next] = this.#free;
    if (next === undefined) return false;
    this.#full.add(this.#segment);
    this.#free.delete(next);
    this.#segment = next;
    this.#position = 0;
    return true;
  }
}
