/**
 * Writes a stream of bytes to a disk in large blocks: one block is on its way to the disk while the next one
 * fills from the network. Memory is bounded by the two blocks.
 */
import type { FileHandle } from 'node:fs/promises';
import { writeAll, writeZeros } from '../disk/disk-io.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;
/** How much may be in the page cache and not on the disk: keeps progress honest and memory free. */
const SYNC_EVERY = 256 * 1024 * 1024;

export class BlockWriter {
  readonly #disk: FileHandle;
  #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #spare = Buffer.allocUnsafe(BLOCK_BYTES);
  #filled = 0;
  #position = 0;
  #unsynced = 0;
  #inFlight: Promise<void> = Promise.resolve();

  constructor(disk: FileHandle) {
    this.#disk = disk;
  }

  /** Takes the next bytes of the image; resolves when there is room for more. */
  async append(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const copied = bytes.copy(this.#block, this.#filled, from);
      from += copied;
      this.#filled += copied;
      if (this.#filled === BLOCK_BYTES) await this.#send();
    }
  }

  /** Moves on by `length` bytes that are zeros on the disk already. */
  async skip(length: number): Promise<void> {
    await this.#send();
    this.#position += length;
  }

  /** Writes `length` zeros. */
  async zeros(length: number): Promise<void> {
    await this.#send();
    await this.#inFlight;
    await writeZeros(this.#disk, this.#position, length);
    this.#position += length;
    await this.#syncAfter(length);
  }

  /** Resolves when every byte is on the disk. */
  async finish(): Promise<void> {
    await this.#send();
    await this.#inFlight;
    await this.#disk.sync();
  }

  /** Waits for the write in flight, so that the disk can be closed after a failure. */
  async abandon(): Promise<void> {
    await this.#inFlight.catch(() => undefined);
  }

  async #send(): Promise<void> {
    await this.#inFlight;
    if (this.#filled === 0) return;
    const block = this.#block.subarray(0, this.#filled);
    const at = this.#position;
    this.#position += this.#filled;
    this.#filled = 0;
    [this.#block, this.#spare] = [this.#spare, this.#block];
    this.#inFlight = writeAll(this.#disk, block, at).then(() => this.#syncAfter(block.length));
    // A failure is met at the next send; until then it must not count as unhandled.
    this.#inFlight.catch(() => undefined);
  }

  async #syncAfter(length: number): Promise<void> {
    this.#unsynced += length;
    if (this.#unsynced < SYNC_EVERY) return;
    this.#unsynced = 0;
    await this.#disk.datasync();
  }
}
