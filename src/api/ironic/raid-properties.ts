/** What `target_raid_config` may ask for, by Ironic's names (ironic/drivers/raid_config_schema.json). */
import { z } from 'zod';
import { jsonObject, WHOLE_SENTENCE } from '../schemas/common.ts';

const RAID_LEVELS = ['JBOD', '0', '1', '2', '5', '6', '1+0', '5+0', '6+0'] as const;

const logicalDisk = z
  .strictObject({
    raid_level: z.enum(RAID_LEVELS),
    size_gb: z.union([z.int().min(0), z.literal('MAX')]),
    volume_name: z.string().optional(),
    is_root_volume: z.boolean().optional(),
    share_physical_disks: z.boolean().optional(),
    disk_type: z.enum(['hdd', 'ssd']).optional(),
    interface_type: z.enum(['sata', 'scsi', 'sas']).optional(),
    number_of_physical_disks: z.int().min(1).optional(),
    controller: z.string().optional(),
    physical_disks: z.union([z.array(z.string()), z.array(jsonObject).min(2)]).optional(),
  })
  .refine(({ physical_disks, controller }) => physical_disks === undefined || controller !== undefined, {
    error: 'physical_disks are those of a controller: name it, too',
  });

export const raidConfig = z
  .strictObject({ logical_disks: z.array(logicalDisk).min(1) })
  .superRefine(({ logical_disks: disks }, context) => {
    const roots = disks.filter((disk) => disk.is_root_volume === true).length;
    if (roots <= 1) return;
    const message = `Raid config cannot have more than one root volume. ${roots} root volumes were specified`;
    context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
  });

/** For clients that ask what there is. */
export const LOGICAL_DISK_PROPERTIES: Readonly<Record<string, string>> = {
  raid_level: 'Required. One of JBOD, 0, 1, 2, 5, 6, 1+0, 5+0 and 6+0.',
  size_gb: 'Required. Whole GiB, or MAX for all that is left.',
  volume_name: 'Optional. The name of the volume; made up when absent.',
  is_root_volume: 'Optional. Whether the operating system goes there; false when absent.',
  share_physical_disks:
    'Optional. Whether other logical disks may use the same physical disks; false when absent.',
  disk_type: 'Optional. hdd or ssd: only disks of that kind are taken.',
  interface_type: 'Optional. sata, scsi or sas: only disks with that interface are taken.',
  number_of_physical_disks: 'Optional. How many disks to use; as few as the level needs when absent.',
  controller: 'Optional. The RAID controller to use; chosen by the driver when absent.',
  physical_disks: 'Optional, with controller. The disks to use; chosen by the driver when absent.',
};
