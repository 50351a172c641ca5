/** Who a client is: the MAC under which it gets its leases and its boot. Pure. */
import { type Mac, macFromBytes } from '../../net/mac.ts';
import { OPTIONS, readOption } from './options/table.ts';
import type { DhcpPacket } from './packet.ts';

/** The MAC of a machine that is known by its UUID (option 97 as it came), or null. */
export type MacOfUuid = (uuid: Uint8Array) => Mac | null;

/**
 * The MAC in chaddr. Where chaddr holds something else (EDK2 can put the UUID there, InfiniBand leaves it empty), the
 * client identifier tells it: type 1 and a MAC (RFC 2132 9.14), or the port's GUID on InfiniBand. Else the machine
 * may be known by its UUID; else there is no identity.
 */
export function identityOf(packet: DhcpPacket, macOfUuid: MacOfUuid): Mac | null {
  const chaddr = packet.hardwareAddress;
  if (chaddr.length === 6) return isUnicastMac(chaddr) ? macFromBytes(chaddr) : null;
  const clientId = readOption(packet.options, OPTIONS.clientIdentifier);
  const uuid = readOption(packet.options, OPTIONS.machineUuid);
  return (clientId === null ? null : macOfClientId(clientId)) ?? (uuid === null ? null : macOfUuid(uuid));
}

const ETHERNET = 1;
/** RFC 4390 and 4361: type 255, four bytes IAID, and a DUID; InfiniBand's ends with the port's GUID. */
const DUID_TYPE = 255;
const INFINIBAND_LENGTH = 20;
const GUID_LENGTH = 8;

function macOfClientId(clientId: Uint8Array): Mac | null {
  if (clientId.length === 7 && clientId[0] === ETHERNET) {
    const mac = clientId.subarray(1);
    return isUnicastMac(mac) ? macFromBytes(mac) : null;
  }
  if (clientId.length !== INFINIBAND_LENGTH || clientId[0] !== DUID_TYPE) return null;
  // 7c:fe:90:03:00:29:24:4f is the port that Ironic and the ramdisk know by 7c:fe:90:29:24:4f.
  const guid = clientId.subarray(-GUID_LENGTH);
  const mac = Uint8Array.of(...guid.subarray(0, 3), ...guid.subarray(5));
  return isUnicastMac(mac) ? macFromBytes(mac) : null;
}

/** All zeros and group addresses name no machine. */
function isUnicastMac(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 1) & 1) === 0 && bytes.some((byte) => byte !== 0);
}
