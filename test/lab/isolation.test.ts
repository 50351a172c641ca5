import { describe, expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import { chooseIsolation, type IsolationFacts, unshareArgv } from '../../src/lab/isolation.ts';

const root: IsolationFacts = { uid: 0, unshare_works: true, user_namespace_works: true, tun_opens: true };
const user: IsolationFacts = { uid: 1000, unshare_works: false, user_namespace_works: true, tun_opens: true };

function hintOf(facts: IsolationFacts): string {
  try {
    chooseIsolation(facts);
  } catch (error) {
    if (error instanceof IngotError) return error.hint;
  }
  return 'no error';
}

describe('the right to make namespaces', () => {
  it("is root's where we are root", () => {
    expect(chooseIsolation(root)).toBe('root');
    expect(unshareArgv('root')).not.toContain('--user');
  });

  it('is a user namespace where we are not, the kernel allows it and tap devices open', () => {
    expect(chooseIsolation(user)).toBe('user-namespace');
    expect(unshareArgv('user-namespace')).toEqual(expect.arrayContaining(['--user', '--map-root-user']));
  });

  const hopeless = [
    { who: 'a user without user namespaces', facts: { ...user, user_namespace_works: false }, todo: /sudo/ },
    {
      who: 'a user who may not open /dev/net/tun',
      facts: { ...user, tun_opens: false },
      todo: /chmod 0666 \/dev\/net\/tun/,
    },
    {
      who: 'root in a container without capabilities',
      facts: { ...root, unshare_works: false, user_namespace_works: false },
      todo: /--privileged/,
    },
    { who: 'root without the tun module', facts: { ...root, tun_opens: false }, todo: /modprobe tun/ },
  ];
  it.each(hopeless)('is missing for $who, who is told what to do', ({ facts, todo }) => {
    expect(hintOf(facts)).toMatch(todo);
  });
});
