import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const ingot = join(import.meta.dirname, '../../bin/ingot');

describe('ingot config', () => {
  it('prints a JSON Schema that names the contract keys', () => {
    const schema = JSON.parse(execFileSync(ingot, ['config', 'schema'], { encoding: 'utf8' }));
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(['state_dir', 'api', 'boot', 'networks']),
    );
  });

  it('checks a file, says every mistake with its line, and ends with 1', () => {
    const dir = mkdtempSync(join(tmpdir(), 'ingot-config-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'ingot.yaml');
    writeFileSync(file, 'state_dir: relative\nnope: 1\n');
    const result = spawnSync(ingot, ['config', 'check', file], { encoding: 'utf8' });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`${file}:1: state_dir: must be an absolute path`);
    expect(result.stderr).toContain(`${file}:2: nope: is not a key that ingot knows`);
  });

  it('ends with 2 and its usage when called wrongly', () => {
    const result = spawnSync(ingot, ['config', 'chekc'], { encoding: 'utf8' });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('ingot config check FILE');
  });

  it('tells its usage when asked to after a word, and takes no word too many', () => {
    const help = spawnSync(ingot, ['config', 'check', '--help'], { encoding: 'utf8' });
    expect([help.status, help.stdout]).toEqual([0, expect.stringContaining('ingot config check FILE')]);
    expect(spawnSync(ingot, ['config', 'check', 'a', 'b']).status).toBe(2);
  });

  it('warns of what is allowed and hardly meant, and ends with 0', () => {
    const dir = mkdtempSync(join(tmpdir(), 'ingot-config-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'ingot.yaml');
    const network =
      '{ name: pxe, role: pxe, interface: eth1, cidr: 10.20.0.0/16, address: 10.20.0.1, dhcp: authoritative }';
    writeFileSync(file, `networks: [${network}]\n`);
    const result = spawnSync(ingot, ['config', 'check', file], { encoding: 'utf8' });
    expect([result.status, result.stdout.split('\n')]).toEqual([
      0,
      [expect.stringMatching(/WARNING: network "pxe": .*no dhcp range.* Add a range/), `${file}: good`, ''],
    ]);
  });

  it('answers in JSON when asked to', () => {
    const dir = mkdtempSync(join(tmpdir(), 'ingot-config-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'ingot.yaml');
    writeFileSync(file, '{}\n');
    const good = spawnSync(ingot, ['config', 'check', file, '--json'], { encoding: 'utf8' });
    expect([good.status, JSON.parse(good.stdout)]).toEqual([0, { file, good: true, warnings: [] }]);
    writeFileSync(file, 'nope: 1\n');
    const bad = spawnSync(ingot, ['config', 'check', '--json', file], { encoding: 'utf8' });
    expect([bad.status, bad.stderr]).toEqual([1, '']);
    expect(JSON.parse(bad.stdout)).toMatchObject({ file, good: false, error: { code: 'config_invalid' } });
  });
});
