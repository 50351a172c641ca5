/**
 * The lease keeper: a thread that writes frames of the lease log and does nothing else. It waits for the disk, so
 * that the packet thread does not. It runs as soon as that one: no ACK leaves before its leases are written.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { preferThisThread } from '../../../net/thread-priority.ts';
import type { PlacedFrame } from './log-space.ts';
import { openSegment, writeAll } from './segment-file.ts';

/** Null: the frame is durable. Else why it may not be. */
export type KeeperAnswer = string | null;

function keep(files: readonly number[], { segment, position, bytes }: PlacedFrame): KeeperAnswer {
  try {
    const file = files[segment];
    if (file === undefined) throw new Error(`the log has no segment ${segment}`);
    writeAll(file, bytes, position);
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

// Without a parent it is only loaded, to be compiled (`ingot serve --compile`).
if (parentPort !== null) {
  // Its parent may be busy just now, and have given up what its threads inherit. Why not, that one has told.
  preferThisThread();
  const port = parentPort;
  const files = (workerData as readonly string[]).map(openSegment);
  port.on('message', (frame: PlacedFrame) => port.postMessage(keep(files, frame)));
}
