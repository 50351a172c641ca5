/** The command against the real API over a real store, in this process or as its own program. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ApiDeps } from '../../src/api/deps.ts';
import { runGroup } from '../../src/cli/groups.ts';
import { systemClock } from '../../src/clock.ts';
import { apiFixture, type Fixture } from '../api/fixtures.ts';
import { listenOnLoopback } from '../rig/loopback.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

export type DaemonFixture = Fixture & {
  readonly url: string;
  readonly socketUrl: string;
  readonly folder: string;
  /** `ingot node …` in this process. */
  node(...argv: readonly string[]): Promise<Ran>;
  /** `ingot dhcp …` in this process. */
  dhcp(...argv: readonly string[]): Promise<Ran>;
};

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ingot-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function daemonFixture(overrides: Partial<ApiDeps> = {}): Promise<DaemonFixture> {
  const fixture = await apiFixture(overrides);
  await fixture.app.ready();
  const folder = temporaryFolder();
  const socket = join(folder, 'ingot.sock');
  const tcp = createServer(fixture.app.routing.bind(fixture.app));
  const unix = createServer(fixture.app.routing.bind(fixture.app));
  const port = await listenOnLoopback(tcp);
  await new Promise<void>((resolve) => unix.listen(socket, resolve));
  onTestFinished(() => stopServers(tcp, unix));
  const url = `http://127.0.0.1:${port}`;
  return {
    ...fixture,
    url,
    socketUrl: `unix://${socket}`,
    folder,
    node: (...argv) => runNode(argv, url),
    dhcp: (...argv) => runIn('dhcp', argv, { url }),
  };
}

async function stopServers(...servers: readonly Server[]): Promise<void> {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

type Daemon = { readonly url: string };
type Listening = {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onErr?: (text: string) => void;
  readonly onOut?: (text: string) => void;
  readonly askSecret?: (question: string) => Promise<string>;
};

/** Runs `ingot node …` in this process. */
export function runNode(argv: readonly string[], url: string, listening: Listening = {}): Promise<Ran> {
  return runIn('node', argv, { url, ...listening });
}

/** Runs `ingot GROUP …` in this process. */
export async function runIn(
  group: string,
  argv: readonly string[],
  { url, ...listening }: Daemon & Listening,
): Promise<Ran> {
  const said = { out: '', err: '' };
  const code = await runGroup(group, argv, {
    out: (text) => {
      said.out += text;
      listening.onOut?.(text);
    },
    err: (text) => {
      said.err += text;
      listening.onErr?.(text);
    },
    env: { ...(url === '' ? {} : { INGOT_URL: url }), INGOT_CLIENT_FILE: undefined, ...listening.env },
    clock: systemClock,
    signal: listening.signal ?? new AbortController().signal,
    askSecret: listening.askSecret ?? null,
  });
  return { code, ...said };
}

export const BINARY = new URL('../../bin/ingot', import.meta.url).pathname;

/** Runs `bin/ingot …` as its own program. */
export function runBinary(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { PATH = '' } = process.env;
  return new Promise((resolve, reject) => {
    execFile(BINARY, [...argv], { env: { PATH, ...env }, timeout: 60_000 }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, out, err });
      else reject(error ?? new Error('no exit code'));
    });
  });
}
