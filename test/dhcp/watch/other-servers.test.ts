import { describe, expect, it } from 'vitest';
import { type Expectation, type OtherServer, OtherServers } from '../../../src/dhcp/watch/other-servers.ts';
import { ip, mac } from '../samples.ts';

const GONE_AFTER_MS = 900_000;

function watch(expects: Expectation): OtherServers {
  return new OtherServers({ network: 'pxe', expects, goneAfterMs: GONE_AFTER_MS });
}

function server(number: number, changes: Partial<OtherServer> = {}): OtherServer {
  return { address: ip(`10.77.0.${number}`), mac: mac(number), leases: true, lastSeen: 0, ...changes };
}

const kinds = (notices: readonly { kind: string }[]): string[] => notices.map(({ kind }) => kind);

describe('another DHCP server where ours should be the only one', () => {
  it('is told once, with its address, its MAC and what to do', () => {
    const others = watch('only');
    const [notice, ...more] = others.sight(server(5));
    expect(more).toEqual([]);
    expect(notice).toMatchObject({
      kind: 'dhcp.other_server',
      severity: 'warning',
      network: 'pxe',
      data: { server: '10.77.0.5', mac: mac(5) },
    });
    expect(notice?.sentence).toMatch(/10\.77\.0\.5 with MAC 02:00:00:00:00:05\. .*turn it off there/);
    expect(others.sight(server(5, { lastSeen: 60_000 }))).toEqual([]);
    expect(others.searched(60_000)).toEqual([]);
    expect(others.seen()).toEqual([server(5, { lastSeen: 60_000 })]);
  });

  it('is told again when its MAC becomes known after a machine had named it', () => {
    const others = watch('only');
    expect(others.sight(server(5, { mac: null, leases: null }))[0]?.sentence).toContain('MAC not seen');
    expect(kinds(others.sight(server(5)))).toEqual(['dhcp.other_server']);
    expect(others.sight(server(5, { mac: null, leases: null }))).toEqual([]);
    expect(others.seen()).toEqual([server(5)]);
  });

  it('is called a boot server when it leases no address', () => {
    expect(watch('only').sight(server(5, { leases: false }))[0]?.sentence).toContain(
      'boot server (proxy DHCP)',
    );
  });

  it('is told to be gone when it was not heard for several searches', () => {
    const others = watch('only');
    others.sight(server(5));
    expect(others.searched(GONE_AFTER_MS)).toEqual([]);
    expect(kinds(others.searched(GONE_AFTER_MS + 1))).toEqual(['dhcp.other_server_gone']);
    expect(others.seen()).toEqual([]);
    expect(kinds(others.sight(server(5)))).toEqual(['dhcp.other_server']);
  });

  it('is found though somebody names made-up servers, of which few are kept', () => {
    const others = watch('only');
    const named = Array.from({ length: 100 }, (_, i) => server(i + 10, { mac: null, leases: null }));
    expect(named.flatMap((one) => others.sight(one))).toHaveLength(16);
    expect(kinds(others.sight(server(5)))).toEqual(['dhcp.other_server']);
    expect(others.seen()).toHaveLength(16);
  });
});

describe('beside a server that has to give the addresses', () => {
  it('its absence is told once, and its coming', () => {
    const others = watch('beside');
    expect(kinds(others.searched(0))).toEqual(['dhcp.no_server']);
    expect(others.searched(1)).toEqual([]);
    expect(kinds(others.sight(server(5)))).toEqual(['dhcp.server_found']);
    expect(others.sight(server(5))).toEqual([]);
    expect(kinds(others.searched(GONE_AFTER_MS + 1))).toEqual(['dhcp.no_server']);
  });

  it('nothing is said when it is there, and a boot server does not count', () => {
    const others = watch('beside');
    expect(others.sight(server(6, { leases: false }))).toEqual([]);
    expect(kinds(others.searched(0))).toEqual(['dhcp.no_server']);
    expect(others.sight(server(6, { leases: false }))).toEqual([]);
    const another = watch('beside');
    another.sight(server(5));
    expect(another.searched(0)).toEqual([]);
  });
});

it('where either is right, servers are listed and nothing is said', () => {
  const others = watch('any');
  expect(others.searched(0)).toEqual([]);
  expect(others.sight(server(5))).toEqual([]);
  expect(others.searched(GONE_AFTER_MS + 1)).toEqual([]);
});
