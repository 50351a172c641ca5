import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labDown } from '../../src/lab/down.ts';
import { runOrFail } from '../../src/lab/run.ts';

const COMMAND = path.join(import.meta.dirname, '../../src/lab/command.ts');

/** `lab WORDS` is `ingot lab WORDS` in one folder; each line must end well. */
const SESSION = `
set -e
lab() { verb=$1; shift; "$NODE" --input-type=module --eval "$CALL" -- "$verb" --dir "$DIR" "$@"; }
id -u
lab up --machine name=m1,firmware=bios,memory_mib=512
grep isolation "$DIR/lab.json"
lab exec --in switch -- ip -br link show master br-pxe
lab down
lab status || echo "status: $?"
`;

let dir = '';

/** What a session says that is run by a user without any capability, to whom only /dev/net/tun is open. */
function asUser(script: string): Promise<string> {
  const call = `import { labCommand } from ${JSON.stringify(COMMAND)}; process.exitCode = await labCommand(process.argv.slice(1))`;
  return runOrFail('The session of a user', {
    argv: ['unshare', '--user', '--map-user=1000', '--map-group=1000', 'sh', '-c', script],
    env: { ...process.env, NODE: process.execPath, CALL: call, DIR: dir },
    timeout_ms: 90_000,
  });
}

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'ingot-rootless-'));
});

afterAll(async () => {
  await labDown(dir);
  await rm(dir, { recursive: true, force: true });
});

describe('a lab without root', () => {
  it('stands in a user namespace of its own, takes commands, and goes down without a trace', async () => {
    const said = await asUser(SESSION);
    expect(said).toMatch(/^1000\nLab \S+: up\n.*\bm1\s+bios\s+Off/s);
    expect(said).toContain('"isolation": "user-namespace"');
    expect(said).toMatch(/^seed-pxe@.*^tap1-pxe/ms);
    expect(said).toMatch(/The lab is down\.\nstatus: 3\n$/);
  });
});
