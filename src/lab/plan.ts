/**
 * What a lab is made of, worked out from the few things its user says. Pure: the same request gives the same
 * MACs, addresses and serial numbers every time.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { IngotError } from '../errors.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { macFromBytes } from '../net/mac.ts';
import { BMC_ADDRESS_PREFIX, FIRST_BMC_HOST, LAST_BMC_HOST } from './addresses.ts';
import type { LabRequest, MachinePlan, MachineRequest } from './records.ts';

/** `sockaddr_un` holds 108 bytes with the closing NUL; QEMU's QMP socket lives in the machine's folder. */
const MAX_SOCKET_PATH = 107;

/** `52:54:00` is QEMU's; the fourth byte says which network the card is on (20 PXE, 40 LCM). */
const mac = (network: 0x20 | 0x40, index: number) =>
  macFromBytes(Uint8Array.of(0x52, 0x54, 0x00, network, index >> 8, index & 0xff));

/** A stable UUID (version 8 of RFC 9562: its bits are ours) from the machine's name. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(`ingot lab machine ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Interface names have 15 bytes at most, so taps are numbered instead of named after machines. */
function planMachine(request: MachineRequest, index: number, dir: string): MachinePlan {
  const folder = path.join(dir, 'machines', request.name);
  const number = String(index).padStart(4, '0');
  return {
    ...request,
    uuid: uuidOf(request.name),
    serial: `LAB${number}`,
    bmc_address: `${BMC_ADDRESS_PREFIX}${FIRST_BMC_HOST + index - 1}` as Ipv4,
    pxe: { mac: mac(0x20, index), tap: `tap${index}-pxe` },
    lcm: { mac: mac(0x40, index), tap: `tap${index}-lcm` },
    disk: {
      path: path.join(folder, 'disk.raw'),
      serial: `LABDISK${number}`,
      // NAA 5 with QEMU's OUI 52:54:00: a world wide name that no real disk has.
      wwn: `0x5525400${'0'.repeat(5)}${number}`,
    },
    folder,
    console: path.join(folder, 'console.log'),
    vars: path.join(folder, 'OVMF_VARS.fd'),
    qmp: path.join(folder, 'qmp.sock'),
  };
}

/**
 * Every machine of the lab with its addresses and files.
 * @throws IngotError `invalid_input` for names used twice, too many machines, or a folder whose path is too long.
 */
export function planMachines(request: LabRequest): readonly MachinePlan[] {
  const names = request.machines.map((machine) => machine.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new IngotError('invalid_input', `Two machines of the lab are named "${twice}"`, {
      hint: 'Give each machine its own name.',
    });
  }
  const foreign = request.machines.find(
    (machine) => machine.arch === 'aarch64' && machine.firmware !== 'uefi',
  );
  if (foreign !== undefined) {
    throw new IngotError('invalid_input', `The ARM64 machine "${foreign.name}" cannot have BIOS firmware`, {
      hint: 'Give it firmware=uefi.',
    });
  }
  const insecure = request.machines.find((machine) => machine.secure_boot && machine.firmware !== 'uefi');
  if (insecure !== undefined) {
    throw new IngotError(
      'invalid_input',
      `The machine "${insecure.name}" cannot have Secure Boot: it has BIOS firmware`,
      {
        hint: 'Secure Boot is a part of UEFI: give it firmware=uefi, or leave out secure_boot.',
      },
    );
  }
  const room = LAST_BMC_HOST - FIRST_BMC_HOST + 1;
  if (names.length > room) {
    throw new IngotError(
      'invalid_input',
      `A lab has room for ${room} machines; ${names.length} were asked for`,
      {
        hint: `The BMC network ${BMC_ADDRESS_PREFIX}0/24 ends there. Ask for fewer machines.`,
      },
    );
  }
  const machines = request.machines.map((machine, at) => planMachine(machine, at + 1, request.dir));
  const tooLong = machines.find((machine) => Buffer.byteLength(machine.qmp) > MAX_SOCKET_PATH);
  if (tooLong !== undefined) {
    throw new IngotError('invalid_input', `The lab's folder has too long a path: ${request.dir}`, {
      hint: `A Unix socket's path has at most ${MAX_SOCKET_PATH} bytes. Choose a shorter folder with --dir.`,
    });
  }
  return machines;
}
