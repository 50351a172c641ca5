/** The logs of ramdisks in which something failed, kept for whoever looks into it. */

/** One archive (tar, gzip) of what a ramdisk had logged. */
export type KeptLogs = {
  /** Unique among those of the node, and fit for a file name: `20261123T063247Z-rescue`. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** The verb of the job that failed. */
  readonly verb: string;
  /** Of the archive. */
  readonly bytes: number;
};

export type NewLogs = {
  readonly nodeUuid: string;
  readonly verb: string;
  /** As the agent gives it: a tar archive, packed by gzip, in base64. */
  readonly base64: string;
  /** Texts that must not be kept. */
  readonly secrets: readonly string[];
};

export type RamdiskLogs = {
  /** False: none are to be kept, so none need to be fetched. */
  readonly keeps: boolean;
  /**
   * Keeps them without their secrets; the oldest give way. Rejects with `agent_failed` for what is no such archive or
   * too large, with `environment` when the disk does not take it.
   */
  keep(logs: NewLogs): Promise<KeptLogs>;
  /** The newest first. */
  list(nodeUuid: string): readonly KeptLogs[];
  /** The archive's bytes; null when there is none of that id. */
  read(nodeUuid: string, id: string): Promise<Buffer | null>;
  /** Of a node that is deleted. */
  forget(nodeUuid: string): Promise<void>;
};
