/** What commands may use of the machine and of this boot: all edges, passed in. */
import type { Clock } from '../base/clock.ts';
import type { HttpClient } from '../base/http.ts';
import type { JsonRecord } from '../base/json.ts';
import type { Run } from '../base/run.ts';
import type { Say } from '../base/say.ts';
import type { Disk } from '../disk/disk.ts';
import type { Inventory } from '../protocol.ts';

export type Machine = {
  readonly run: Run;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly say: Say;
  /** The lines said so far, for the logs. */
  readonly saidLines: () => readonly string[];
  readonly disks: () => readonly Disk[];
  readonly inventory: () => Inventory;
  /** The node as the last look-up told it: commands without a `node` use it. */
  readonly node: () => JsonRecord;
  /** A folder on tmpfs for the agent's own files. */
  readonly runDir: string;
  /** Where users and ssh host keys are kept: `/etc`. */
  readonly etcDir: string;
  /** Of the ssh server of a rescue. */
  readonly sshPort: number;
  /** Device node of a disk's partition, such as `/dev/nvme0n1p15`; null while the kernel shows none. */
  readonly partitionNode: (diskName: string, number: number) => string | null;
};
