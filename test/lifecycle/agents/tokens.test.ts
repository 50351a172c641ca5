import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentToken, lcmToken, tokensEqual } from '../../../src/lifecycle/agents/tokens.ts';

const SECRET = new Uint8Array(32).fill(7);

describe('tokens', () => {
  it('differ by purpose, node and generation', () => {
    const node = { uuid: 'a', boot_generation: 1, instance_generation: 1 };
    const tokens = [
      agentToken(SECRET, node),
      agentToken(SECRET, { ...node, boot_generation: 2 }),
      agentToken(SECRET, { ...node, uuid: 'b' }),
      lcmToken(SECRET, node),
      agentToken(new Uint8Array(32), node),
    ];
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('are equal to themselves only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(tokensEqual(one, other)).toBe(one === other);
        expect(tokensEqual(one, one)).toBe(true);
      }),
    );
  });
});
