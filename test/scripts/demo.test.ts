/** What `npm run demo -- --json` says when it cannot even begin. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('ends with its one JSON line and exit code 1, with the machines that it would have had', () => {
  const script = join(import.meta.dirname, '../../scripts/demo.ts');
  const { status, stdout } = spawnSync(process.execPath, [script, '--json'], {
    encoding: 'utf8',
    // Neither the boot assets nor the lab have a place then.
    env: { ...process.env, TMPDIR: '/nowhere' },
  });
  expect(status).toBe(1);
  const phases = { inspect_s: null, deploy_s: null, boot_s: null };
  const unknown = { provision_state: null, os_reported: false, phases };
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
    nodes: [
      { name: 'demo-bios', firmware: 'bios', ...unknown },
      { name: 'demo-uefi', firmware: 'uefi', ...unknown },
    ],
  });
});
