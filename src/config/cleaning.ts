/** The part `cleaning` of the configuration: which steps clean a node by themselves, and how disks are erased. */
import { z } from 'zod';

/** `deploy.erase_devices`: the interface and the name of a step. */
const STEP = /^[a-z][a-z_]{0,63}\.[a-z][a-z0-9_]{0,199}$/;

export const cleaningSchema = z
  .strictObject({
    /** Whether nodes are cleaned that do not say so themselves (`automated_clean`). */
    automated: z.boolean().default(true),
    /** Priorities in the place of those that the ramdisk gives its clean steps; 0: not run by itself. */
    priorities: z
      .record(
        z.string().regex(STEP, 'must be INTERFACE.STEP such as deploy.erase_devices'),
        z.int('must be a whole number from 0 to 1000').min(0).max(1_000),
      )
      .default({}),
    erase: z
      .strictObject({
        /** Random passes over disks that cannot erase themselves. */
        passes: z.int().min(0).max(100).default(1),
        /** Zeros after the last pass. */
        zeros: z.boolean().default(true),
        /** NVMe disks are told to erase themselves. */
        nvme_secure_erase: z.boolean().default(true),
        /** A disk that should erase itself and fails is overwritten; else the step fails. */
        overwrite_after_failure: z.boolean().default(false),
        /** Disks that cannot be written to are left alone; else `erase_devices` fails: they keep their data. */
        skip_read_only: z.boolean().default(false),
      })
      .refine(({ passes, zeros }) => passes > 0 || zeros, {
        error: 'asks for no pass and no zeros: erase_devices would erase nothing',
      })
      .prefault({}),
  })
  .prefault({});

export type CleaningConfig = z.output<typeof cleaningSchema>;
