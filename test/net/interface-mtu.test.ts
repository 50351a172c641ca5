import { expect, test } from 'vitest';
import { createInterfaceMtu } from '../../src/net/interface-mtu.ts';

const mtuOf = createInterfaceMtu();

test("loopback's MTU is what Linux gives it", () => {
  expect(mtuOf('lo')).toBe(65_536);
});

test.each(['no-such-if0', '', 'a-name-longer-than-linux-allows', 'ä'])(
  'there is no interface "%s"',
  (name) => {
    expect(mtuOf(name)).toBeNull();
  },
);
