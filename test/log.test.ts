import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { loggable } from '../src/log.ts';

/** What a program of its own that makes a log writes on standard error, line by line. */
function linesOf(program: string): readonly unknown[] {
  const source = `import { createLog } from ${JSON.stringify(new URL('../src/log.ts', import.meta.url).href)};
    const log = createLog('info'); ${program}`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    encoding: 'utf8',
  });
  return stderr
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): unknown => JSON.parse(line));
}

describe('a log line', () => {
  it('has no value of a secret field, down to two levels below the first', () => {
    const fields = { token: 'x', a: { password: 'x', b: { secret: 'x', c: 1 } }, list: [{ user_data: 'x' }] };
    expect(loggable(fields)).toEqual({
      token: '******',
      a: { password: '******', b: { secret: '******', c: 1 } },
      list: { 0: { user_data: '******' } },
    });
    expect(fields.token).toBe('x');
  });

  it.each([
    'password',
    'redfish_password',
    'agent_token',
    'ipmi_password',
    'snmp_community',
    'auth_key',
    'authorization',
    'configdrive',
    'user_data',
    'image_url',
    'client_secret',
  ])('hides %s, as whatever shows or takes a field of that name does', (name) => {
    expect(loggable({ [name]: 'hunter22', mac: 'm' })).toEqual({ [name]: '******', mac: 'm' });
  });

  it('is not copied when it has nothing to hide', () => {
    const fields = { mac: '02:00:00:00:00:01', inner: { a: [1, 2] } };
    expect(loggable(fields)).toBe(fields);
  });

  it('carries the fields of its logger, those without secrets too', () => {
    const lines = linesOf(
      "log.child({ component: 'dhcp', token: 'x' }).info({ mac: 'm', secret: 'x' }, 'hello')",
    );
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.any(String),
        component: 'dhcp',
        token: '******',
        mac: 'm',
        secret: '******',
        msg: 'hello',
      },
    ]);
  });
});

describe('log lines of one turn', () => {
  const messages = (program: string) => linesOf(program).map((line) => (line as { msg: string }).msg);

  it('are all written, in order, and those of the next turn after them', () => {
    const program = "log.info({}, 'a'); log.info({}, 'b'); setTimeout(() => log.warn({}, 'c'), 5)";
    expect(messages(program)).toEqual(['a', 'b', 'c']);
  });

  it('are written when the process ends in that turn, by its own will or by a defect', () => {
    expect(messages("log.info({}, 'a'); process.exit(1)")).toEqual(['a']);
    expect(messages("log.info({}, 'a'); throw new Error('a defect')")).toEqual(['a']);
  });
});
