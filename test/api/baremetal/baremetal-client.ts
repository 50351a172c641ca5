/** Ironic's own command line client, unmodified (Debian's python3-ironicclient), against an API with its real store. */
import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../cli/fixtures.ts';
import { apiFixture, type Fixture } from '../fixtures.ts';

const run = promisify(execFile);

/** Each call of the Python client starts in two to eight seconds. */
export const MANY_CALLS = { timeout: 300_000 };

export type Baremetal = (...argv: readonly string[]) => Promise<string>;

export async function withClient(): Promise<Fixture & { readonly baremetal: Baremetal }> {
  const fixture = await apiFixture();
  await fixture.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = fixture.app.server.address() as AddressInfo;
  const login = ['--os-auth-type', 'none', '--os-endpoint', `http://127.0.0.1:${port}`];
  const env = { PATH: process.env.PATH ?? '', HOME: temporaryFolder() };
  const baremetal: Baremetal = async (...argv) =>
    (await run('/usr/bin/baremetal', [...login, ...argv], { env })).stdout;
  return { ...fixture, baremetal };
}
