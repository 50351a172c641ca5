/** `POST /ingot/v1/nodes/{id}/deploy`: image, root device and config drive in one request. */
import { z } from 'zod';
import { jsonObject } from './common.ts';
import { configDriveObject, deploySteps } from './provision.ts';

/** Fields of Ironic's `instance_info`; the lifecycle says which values it can work with. */
const deployment = z.strictObject({
  image_source: z.string().exactOptional(),
  image_disk_format: z.string().exactOptional(),
  image_checksum: z.string().exactOptional(),
  image_os_hash_algo: z.string().exactOptional(),
  image_os_hash_value: z.string().exactOptional(),
  root_device: jsonObject.exactOptional(),
  image_type: z.string().exactOptional(),
  kernel: z.string().exactOptional(),
  ramdisk: z.string().exactOptional(),
  kernel_append_params: z.string().exactOptional(),
  boot_iso: z.string().exactOptional(),
});

export const deployBody = z.strictObject({
  target: z.enum(['active', 'rebuild']).default('active'),
  instance_info: deployment.default({}),
  configdrive: configDriveObject.nullish(),
  deploy_steps: deploySteps.default([]),
});
