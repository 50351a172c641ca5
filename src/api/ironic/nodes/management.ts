/** `/v1/nodes/{id}/management` and the settings among the states that the BMC carries out at once. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../../errors.ts';
import { type BootDevice, bootDevicesOf } from '../../../lifecycle/management.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { ApiContext } from '../../context.ts';
import { parseArguments } from '../../parse.ts';
import { looseBoolean } from '../../schemas/common.ts';
import { findNode } from '../idents.ts';
import { refuseBefore } from '../since.ts';

/** Ironic's word for a device (ironic/common/boot_devices.py). */
const IRONIC_NAMES: Readonly<Record<BootDevice, string>> = {
  pxe: 'pxe',
  disk: 'disk',
  cdrom: 'cdrom',
  bios: 'bios',
  http: 'uefihttp',
};

const SINCE = { nmi: 29, states: 76 } as const;

export const bootDeviceBody = z.strictObject({
  boot_device: z.string(),
  persistent: looseBoolean.default(false),
});
export const bootModeBody = z.strictObject({ target: z.string() });
export const secureBootBody = z.strictObject({ target: looseBoolean });

type WithIdent = { Params: { ident: string } };

export function managementRoutes(app: FastifyInstance, { store, lifecycle, whenFree }: ApiContext): void {
  const management = lifecycle.management;

  app.get<WithIdent>('/v1/nodes/:ident/management/boot_device', async (request) => {
    const node = await findNode(store, request.params.ident);
    const { device, persistent } = await management.bootDevice(node);
    return { boot_device: device === null ? null : IRONIC_NAMES[device], persistent };
  });
  app.get<WithIdent>('/v1/nodes/:ident/management/boot_device/supported', async (request) => {
    const node = await findNode(store, request.params.ident);
    return { supported_boot_devices: bootDevicesOf(node).map((device) => IRONIC_NAMES[device]) };
  });
  app.put<WithIdent>('/v1/nodes/:ident/management/boot_device', async (request, reply) => {
    const { boot_device: name, persistent } = parseArguments(bootDeviceBody, request.body, {
      what: 'boot_device',
      mandatory: 'boot_device',
    });
    const node = await findNode(store, request.params.ident);
    const wanted = { device: deviceNamed(node, name), persistent };
    await whenFree(request, () => management.setBootDevice(node, wanted));
    return reply.code(204).send();
  });
  app.put<WithIdent>('/v1/nodes/:ident/management/inject_nmi', async (request, reply) => {
    refuseBefore(SINCE.nmi, request);
    const node = await findNode(store, request.params.ident);
    await whenFree(request, () => management.injectNmi(node));
    return reply.code(204).send();
  });

  app.put<WithIdent>('/v1/nodes/:ident/states/boot_mode', async (request) => {
    refuseBefore(SINCE.states, request);
    const { target } = parseArguments(bootModeBody, request.body, { what: 'boot_mode', mandatory: 'target' });
    const node = await findNode(store, request.params.ident);
    if (target !== 'bios' && target !== 'uefi')
      throw new IngotError(
        'invalid_input',
        `Invalid boot mode ${target} requested for node. Allowed boot modes are: bios, uefi`,
        { hint: 'Give bios or uefi.' },
      );
    // It goes to the BMC with the next boot that ingot asks for.
    throw new IngotError(
      'invalid_input',
      `Driver ${node.driver} does not support set_boot_mode (disabled or not implemented).`,
      {
        hint: `Write boot_mode:${target} into properties/capabilities: every boot by ingot is then asked for in it.`,
      },
    );
  });
  app.put<WithIdent>('/v1/nodes/:ident/states/secure_boot', async (request, reply) => {
    refuseBefore(SINCE.states, request);
    const { target } = parseArguments(secureBootBody, request.body, {
      what: 'secure_boot',
      mandatory: 'target',
    });
    const node = await findNode(store, request.params.ident);
    await whenFree(request, () => management.setSecureBoot(node, target));
    return reply.code(202).send();
  });
}

function deviceNamed(node: NodeRecord, name: string): BootDevice {
  const offered = bootDevicesOf(node);
  const device = offered.find((one) => IRONIC_NAMES[one] === name);
  if (device !== undefined) return device;
  throw new IngotError('invalid_input', `Invalid boot device ${name} specified.`, {
    hint: `This node boots from ${offered.map((one) => IRONIC_NAMES[one]).join(', ')}.`,
  });
}
