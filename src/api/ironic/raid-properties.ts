/**
 * What `target_raid_config` may ask of a logical disk, by Ironic's names (ironic/drivers/raid_config_schema.json).
 * Data.
 */
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
