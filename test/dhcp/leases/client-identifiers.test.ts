/** Networks that keep leases by client identifier (RFC 2131 4.2, RFC 4361), and those that do not. */
import { describe, expect, it } from 'vitest';
import { OPTIONS } from '../../../src/dhcp/codec/options/table.ts';
import { decodeEntries, encodeEntries } from '../../../src/dhcp/leases/journal/entries.ts';
import { startExchange } from '../exchange-rig.ts';
import { bookOf, ip, lease, mac, NETWORK, NOW } from '../samples.ts';

const US = '10.77.0.1';
const NETWORK_BY_ID = { ...NETWORK, identity: 'client-id' } as const;
/** IAID and DUID-EN, as a system sends them; and what a ROM sends. */
const SYSTEM = [255, 0, 0, 0, 1, 0, 2, 0, 0, 171, 17, 7];
const ROM = [0, ...Array.from({ length: 16 }, (_, at) => at)];

function site(network = NETWORK_BY_ID as typeof NETWORK) {
  const book = bookOf([], network);
  const rig = startExchange({ places: [{ network, book }] });
  let xid = 1;
  /** The address that a whole exchange brings; null when it ends without an ACK. */
  const boot = (id: readonly number[] | null, from = mac(1)): string | null => {
    xid++;
    const options = id === null ? [] : ([[OPTIONS.clientIdentifier.code, Uint8Array.from(id)]] as const);
    const [offer] = rig.say({ type: 'discover', mac: from, xid, options });
    const asks = offer?.packet.yiaddr;
    if (asks == null) return null;
    const [ack] = rig.say({ type: 'request', mac: from, xid, asks, serverId: US, options });
    return ack?.packet.options.get(53)?.[0] === 5 ? ack.packet.yiaddr : null;
  };
  return { ...rig, book, boot };
}

describe('a network that goes by client identifiers', () => {
  it('gives the same address to the same identifier, whatever NIC it comes by', () => {
    const { boot } = site();
    const address = boot(SYSTEM, mac(1));
    expect(address).toBe('10.77.0.10');
    expect(boot(SYSTEM, mac(2))).toBe(address);
  });

  it('gives each identifier of one MAC an address of its own, and its own back', () => {
    const { boot } = site();
    expect([boot(ROM), boot(SYSTEM), boot(ROM), boot(SYSTEM)]).toEqual([
      '10.77.0.10',
      '10.77.0.11',
      '10.77.0.10',
      '10.77.0.11',
    ]);
  });

  it('goes by the MAC where no identifier is sent, or one that is none', () => {
    const { boot } = site();
    expect([boot(null), boot([7]), boot(Array(134).fill(1)), boot(null)]).toEqual(
      Array(4).fill('10.77.0.10'),
    );
  });

  it('leaves a lease by MAC alone while an identifier of it asks for no particular address', () => {
    const { boot, book } = site();
    book.grant(lease(mac(1), '10.77.0.15'), NOW);
    const [first, second] = [boot(null), boot(SYSTEM)];
    expect(first).toBe('10.77.0.15');
    expect(second).not.toBe('10.77.0.15');
  });

  it('takes over by identifier what the MAC asks to keep', () => {
    const { book, say, journaled } = site();
    book.grant(lease(mac(1), '10.77.0.15'), NOW);
    const id = [OPTIONS.clientIdentifier.code, Uint8Array.from(SYSTEM)] as const;
    const [ack] = say({ type: 'request', ciaddr: '10.77.0.15', options: [id] });
    expect(ack?.packet.yiaddr).toBe('10.77.0.15');
    expect(journaled.at(-1)?.leases).toMatchObject([
      { mac: mac(1), clientId: 'id:ff0000000100020000ab1107' },
    ]);
    expect(book.leaseOf(mac(1))).toBeNull();
  });

  it('reserves by MAC: the first identifier of it has the reserved address', () => {
    const { boot, reservations } = site();
    reservations.set('reservation', mac(1), { addresses: [ip('10.77.0.200')], hostname: null });
    expect([boot(ROM), boot(SYSTEM), boot(ROM)]).toEqual(['10.77.0.200', '10.77.0.10', '10.77.0.200']);
  });

  it('counts identifiers as strangers, so that one machine cannot make up as many as there are addresses', () => {
    const { boot } = site({ ...NETWORK_BY_ID, strangersPercent: 30 } as never);
    const got = Array.from({ length: 6 }, (_, at) => boot([1, at]));
    expect(got.filter((address) => address !== null)).toHaveLength(3);
  });

  it('gives a known machine addresses by eight identifiers, so that it cannot make up as many as there are addresses', () => {
    const { boot, counted, reservations } = site();
    reservations.set('reservation', mac(1), { addresses: [ip('10.77.0.200')], hostname: null });
    const got = Array.from({ length: 10 }, (_, at) => boot([1, at]));
    expect(got.filter((address) => address !== null)).toHaveLength(8);
    expect(boot([1, 0])).toBe(got[0]);
    expect(counted().too_many_identifiers).toBe(2);
  });

  it('frees an address that was leased by the bare MAC when the machine gives it back by an identifier', () => {
    const { book, say } = site();
    book.grant(lease(mac(1), '10.77.0.15'), NOW);
    const id = [OPTIONS.clientIdentifier.code, Uint8Array.from(SYSTEM)] as const;
    say({ type: 'release', ciaddr: '10.77.0.15', serverId: US, options: [id] });
    expect(book.holderOf(ip('10.77.0.15'), NOW)).toBeNull();
  });

  it('frees the address of the identifier that gives it back, and no other', () => {
    const { boot, book, say } = site();
    boot(ROM);
    boot(SYSTEM);
    const id = [OPTIONS.clientIdentifier.code, Uint8Array.from(ROM)] as const;
    say({ type: 'release', ciaddr: '10.77.0.11', serverId: US, options: [id] });
    expect(book.holderOf(ip('10.77.0.11'), NOW)).not.toBeNull();
    say({ type: 'release', ciaddr: '10.77.0.10', serverId: US, options: [id] });
    expect(book.holderOf(ip('10.77.0.10'), NOW)).toBeNull();
  });
});

it('a network that does not gives every identifier of a MAC the one address', () => {
  const { boot } = site(NETWORK);
  expect([boot(ROM), boot(SYSTEM), boot(null)]).toEqual(Array(3).fill('10.77.0.10'));
});

it('identifiers are kept on disk with their leases, and nonsense in their place is left out', () => {
  const kept = { ...lease(mac(1), '10.77.0.10'), clientId: 'id:ff0000' } as const;
  const bytes = encodeEntries([{ network: 'pxe', leases: [kept, lease(mac(2), '10.77.0.11')] }]);
  expect(decodeEntries(bytes).map((one) => one.lease)).toEqual([kept, lease(mac(2), '10.77.0.11')]);
  const edited = Buffer.from(Buffer.from(bytes).toString().replace('id:ff0000', 'id:zz'));
  expect(decodeEntries(edited)[0]?.lease).toEqual(lease(mac(1), '10.77.0.10'));
});
