import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dynamicAddresses } from '../../../src/dhcp/leases/address-range.ts';
import { LeaseBook } from '../../../src/dhcp/leases/lease-book.ts';
import { chooseAddress } from '../../../src/dhcp/leases/pool.ts';
import { createReservationTable } from '../../../src/dhcp/leases/reservations.ts';
import type { Ipv4 } from '../../../src/net/ipv4.ts';
import type { Mac } from '../../../src/net/mac.ts';
import { bookOf, cidr, ip, lease, mac, NETWORK, NOW } from '../samples.ts';

const none = () => false;

describe('dynamic addresses', () => {
  it('leave out ours, the gateway, and those that end in .0 or .255', () => {
    const dynamic = dynamicAddresses({
      ...NETWORK,
      cidr: cidr('10.77.0.0/16'),
      address: ip('10.77.0.253'),
      gateway: ip('10.77.1.1'),
      ranges: [{ from: ip('10.77.0.252'), to: ip('10.77.1.3') }],
    });
    expect([...dynamic.inOrder()]).toEqual(['10.77.0.252', '10.77.0.254', '10.77.1.2', '10.77.1.3']);
    expect(dynamic.includes(ip('10.77.1.1'))).toBe(false);
    expect(dynamic.includes(ip('10.77.1.2'))).toBe(true);
  });
});

describe('the size of the dynamic addresses', () => {
  it('is how many there are, whatever the ranges, ours and the gateway', () => {
    const number = fc.nat({ max: 1500 });
    fc.assert(
      fc.property(number, number, number, number, (from, length, ours, gateway) => {
        const at = (offset: number) => ip(`10.77.${Math.floor(offset / 256)}.${offset % 256}`);
        const dynamic = dynamicAddresses({
          ...NETWORK,
          cidr: cidr('10.77.0.0/16'),
          address: at(ours),
          gateway: at(gateway),
          ranges: [{ from: at(from), to: at(from + length) }],
        });
        expect(dynamic.size).toBe([...dynamic.inOrder()].length);
      }),
    );
  });
});

describe('usage', () => {
  it('counts each address once, and free ones of the ranges only', () => {
    const book = bookOf([lease(mac(1), '10.77.0.10'), lease(mac(2), '10.77.0.11', -60)]);
    book.grant(lease(mac(3), '10.77.0.200'), NOW);
    book.hold({ address: ip('10.77.0.12'), mac: mac(4), until: NOW + 60_000 });
    book.quarantine(ip('10.77.0.13'), NOW);
    expect(book.usage()).toEqual({ leased: 2, offered: 1, declined: 1, free: 7 });
    expect(book.holds()).toMatchObject([
      { address: '10.77.0.12', mac: mac(4) },
      { address: '10.77.0.13', mac: null },
    ]);
    book.sweep(NOW + 4_000_000);
    expect(book.usage()).toEqual({ leased: 0, offered: 0, declined: 0, free: 10 });
  });

  it('takes nothing from the free ones for leases of ranges that were, nor twice for one that is offered anew', () => {
    const outside = [100, 101, 102].map((last) => lease(mac(last), `10.77.0.${last}`));
    const book = bookOf([...outside, lease(mac(1), '10.77.0.10')]);
    book.hold({ address: ip('10.77.0.10'), mac: mac(1), until: NOW + 60_000 });
    expect(book.usage()).toEqual({ leased: 4, offered: 1, declined: 0, free: 9 });
    book.shift(1000, NOW + 1000);
    book.release(mac(100), NOW + 1000);
    expect(book.usage()).toEqual({ leased: 3, offered: 1, declined: 0, free: 9 });
  });
});

describe('the order of free addresses', () => {
  it('begins with addresses that nobody ever had', () => {
    const book = bookOf([lease(mac(1), '10.77.0.10', -60)]);
    expect(book.longestUnused(none)).toBe('10.77.0.11');
  });

  it('goes on with the address that has been free for the longest time', () => {
    const ended = Array.from({ length: 10 }, (_, i) => lease(mac(i), `10.77.0.${10 + i}`, -1000 + i));
    const book = bookOf(ended);
    expect(book.longestUnused(none)).toBe('10.77.0.10');
    book.hold({ address: ip('10.77.0.10'), mac: mac(50), until: NOW + 1000 });
    expect(book.longestUnused(none)).toBe('10.77.0.11');
    book.sweep(NOW + 2000);
    book.hold({ address: ip('10.77.0.11'), mac: mac(51), until: NOW + 9000 });
    expect(book.longestUnused(none)).toBe('10.77.0.12');
  });

  it('passes over addresses kept for reservations, and finds them when they are no longer kept', () => {
    const book = bookOf();
    const kept = new Set<Ipv4>([ip('10.77.0.10'), ip('10.77.0.11')]);
    expect(book.longestUnused((address) => kept.has(address))).toBe('10.77.0.12');
    for (let i = 12; i <= 19; i++) book.grant(lease(mac(i), `10.77.0.${i}`), NOW);
    expect(book.longestUnused((address) => kept.has(address))).toBeNull();
    kept.clear();
    expect(book.longestUnused(none)).toBe('10.77.0.10');
  });

  it('frees an offer when its time is over and a lease when it ends', () => {
    const book = bookOf();
    for (let i = 10; i <= 18; i++) book.grant(lease(mac(i), `10.77.0.${i}`, 600), NOW);
    book.hold({ address: ip('10.77.0.19'), mac: mac(19), until: NOW + 60_000 });
    expect(book.longestUnused(none)).toBeNull();
    book.sweep(NOW + 61_000);
    expect(book.longestUnused(none)).toBe('10.77.0.19');
    expect(book.offerTo(mac(19))).toBeNull();
    book.sweep(NOW + 601_000);
    expect(book.holderOf(ip('10.77.0.10'), NOW + 601_000)).toBeNull();
    expect(book.leaseOf(mac(10))?.address).toBe('10.77.0.10');
  });

  it('ends the lease of a machine that takes another address, and hands the ended one to the journal', () => {
    const book = bookOf([lease(mac(1), '10.77.0.10')]);
    const ended = book.grant(lease(mac(1), '10.77.0.15'), NOW);
    expect(ended).toMatchObject({ address: '10.77.0.10', expiresAt: NOW });
    expect(book.holderOf(ip('10.77.0.10'), NOW)).toBeNull();
    expect(book.leaseOf(mac(1))?.address).toBe('10.77.0.15');
  });
});

describe('quarantine', () => {
  it('keeps a declined address from everybody for an hour', () => {
    const book = bookOf();
    expect(book.quarantine(ip('10.77.0.10'), NOW)).not.toBeNull();
    expect(book.holderOf(ip('10.77.0.10'), NOW)).toEqual({ kind: 'quarantine' });
    expect(book.longestUnused(none)).toBe('10.77.0.11');
    book.sweep(NOW + 3_600_000);
    expect(book.holderOf(ip('10.77.0.10'), NOW + 3_600_000)).toBeNull();
  });

  it('takes at most a tenth of the range, so that declining cannot empty it', () => {
    const book = bookOf();
    expect(book.quarantine(ip('10.77.0.10'), NOW)).not.toBeNull();
    expect(book.quarantine(ip('10.77.0.11'), NOW)).toBeNull();
    expect(book.holderOf(ip('10.77.0.11'), NOW)).toBeNull();
  });
});

/** What machines do, at random: the numbers pick a machine and an address. */
type Act = {
  readonly what: 'ask' | 'take' | 'release' | 'decline' | 'wait' | 'forget';
  readonly machine: number;
};

describe('whatever machines do', () => {
  const acts = fc.array(
    fc.record<Act>({
      what: fc.constantFrom('ask', 'take', 'release', 'decline', 'wait', 'forget'),
      machine: fc.nat(14),
    }),
    { maxLength: 200 },
  );

  it('no two of them ever hold one address, and no free address is lost', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const book = bookOf();
        const reservations = createReservationTable();
        reservations.set('reservation', mac(0), { addresses: [ip('10.77.0.12')], hostname: null });
        let now = NOW;
        for (const { what, machine } of list) {
          const holder = mac(machine);
          book.sweep(now);
          perform({ what, holder, book, reservations, now });
          if (what === 'wait') now += machine * 400_000;
          expectOneHolderEach(book, now);
        }
        now += 10_000_000;
        book.sweep(now);
        expect(freeAddresses(book, now)).toHaveLength(10);
      }),
      { numRuns: 300 },
    );
  });

  type Scene = {
    readonly what: Act['what'];
    readonly holder: Mac;
    readonly book: LeaseBook;
    readonly reservations: ReturnType<typeof createReservationTable>;
    readonly now: number;
  };

  function perform({ what, holder, book, reservations, now }: Scene): void {
    const situation = { network: NETWORK, book, reservations, isBooting: false, now };
    const offer = book.offerTo(holder);
    if (what === 'ask') {
      const wish = { mac: holder, leaseKey: holder, reservation: reservations.of(holder), asked: null };
      const choice = chooseAddress(wish, situation);
      if (!choice.ok) return;
      const keeper = book.holderOf(choice.address, now);
      expect(keeper === null || (keeper.kind === 'machine' && keeper.key === holder)).toBe(true);
      book.hold({ address: choice.address, mac: holder, until: now + 120_000 });
    } else if (what === 'take' && offer !== null) {
      const { address } = offer;
      book.grant({ ...lease(holder, address, 3600), startedAt: now, expiresAt: now + 3_600_000 }, now);
    } else if (what === 'release') book.release(holder, now);
    else if (what === 'forget') book.dropOffer(holder);
    else if (what === 'decline' && offer !== null) {
      book.dropOffer(holder);
      book.quarantine(offer.address, now);
    }
  }

  function expectOneHolderEach(book: LeaseBook, now: number): void {
    const held = new Map<Ipv4, Mac>();
    for (let machine = 0; machine < 15; machine++) {
      const own = book.leaseOf(mac(machine));
      if (own === null || own.expiresAt <= now) continue;
      expect(held.has(own.address)).toBe(false);
      held.set(own.address, mac(machine));
    }
  }

  /** By taking them all, the way that new machines would. */
  function freeAddresses(book: LeaseBook, now: number): Ipv4[] {
    const found: Ipv4[] = [];
    for (let machine = 100; machine < 120; machine++) {
      const address = book.longestUnused(none);
      if (address === null) break;
      found.push(address);
      book.hold({ address, mac: mac(machine), until: now + 1000 });
    }
    return found;
  }
});

describe('a /16', () => {
  it('is handed out whole, each address once', () => {
    const network = {
      ...NETWORK,
      cidr: cidr('10.77.0.0/16'),
      ranges: [{ from: ip('10.77.0.0'), to: ip('10.77.255.255') }],
    };
    const book = new LeaseBook(dynamicAddresses(network), [], NOW);
    const given = new Set<Ipv4>();
    for (let address = book.longestUnused(none); address !== null; address = book.longestUnused(none)) {
      given.add(address);
      book.grant({ ...lease(mac(given.size), address), expiresAt: NOW + 60_000 }, NOW);
    }
    expect(given.size).toBe(256 * 254 - 1);
  });
});
