import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asDict,
  linkField,
  memberLinks,
  numberField,
  pathOfLink,
  textField,
} from '../../src/bmc/redfish/decode.ts';
import { messagesOf, sayMessages } from '../../src/bmc/redfish/messages.ts';
import { backoffMs, retryAfterMs } from '../../src/bmc/redfish/retry.ts';
import {
  bootModeOf,
  bootOverrideOf,
  powerOf,
  resetActionOf,
  resetTypesOfActionInfo,
  settingsLinkOf,
} from '../../src/bmc/redfish/system.ts';

describe('reading what BMCs send', () => {
  test('nothing that is JSON makes a reader throw', () => {
    const names = fc.constantFrom(
      'Boot',
      'Actions',
      '#ComputerSystem.Reset',
      'Members',
      'error',
      'Parameters',
      'PowerState',
    );
    const odd = fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.dictionary(names, fc.jsonValue())));
    fc.assert(
      fc.property(odd, (value) => {
        const dict = asDict(value);
        for (const read of [powerOf, bootOverrideOf, bootModeOf, resetActionOf, settingsLinkOf, memberLinks])
          read(dict);
        resetTypesOfActionInfo(dict);
        expect(typeof sayMessages(messagesOf(value), '', [])).toBe('string');
      }),
    );
  });

  test('a link never leads to another host', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string()), (link) => {
        const asked = new URL(pathOfLink(link), 'https://bmc.example');
        expect(asked.origin).toBe('https://bmc.example');
        expect(pathOfLink(link).startsWith('/')).toBe(true);
      }),
      { examples: [['A:'], ['http://x//evil.invalid/'], ['\\\\evil.invalid\\a']] },
    );
    expect(pathOfLink('https://attacker.invalid:1/redfish/v1/X?$skip=5')).toBe('/redfish/v1/X?$skip=5');
  });

  test('what it says is one plain line, as what it names is', () => {
    const said = { MessageId: 'Base.1.0.GeneralError', Message: '\x1b[2JIt\r\nfailed\x07' };
    expect(sayMessages(messagesOf({ error: { '@Message.ExtendedInfo': [said] } }), '', [])).toBe('It failed');
    expect(sayMessages([], '<b>\x1b]0;mine\x07no</b>', [])).toBe('no');
    expect(textField({ Model: 'R640\x9b31m ' }, 'Model')).toBe('R640');
  });

  test('fields are found in odd case, and words for nothing are null', () => {
    expect(textField({ powerstate: 'On' }, 'PowerState')).toBe('On');
    expect(textField({ Model: ' Not Available ' }, 'Model')).toBeNull();
    expect(numberField({ Count: '2' }, 'Count')).toBe(2);
    expect(numberField({ Count: '' }, 'Count')).toBeNull();
    expect(linkField({ Systems: '/redfish/v1/Systems' }, 'Systems')).toBe('/redfish/v1/Systems');
  });

  test.each([
    ['a list', { error: { '@Message.ExtendedInfo': [{ MessageId: 'iDRAC.2.8.SYS518', Message: 'wait' }] } }],
    [
      'a lone object (Dell)',
      { error: { '@Message.ExtendedInfo': { MessageId: 'iDRAC.2.8.SYS518', Message: 'wait' } } },
    ],
    ['outside of error', { '@Message.ExtendedInfo': [{ MessageId: 'SYS518', Message: 'wait' }] }],
    ['code and message only', { error: { code: 'iDRAC.2.8.SYS518', message: 'wait' } }],
  ])('messages are read from %s', (_name, body) => {
    expect(messagesOf(body)).toEqual([{ id: 'SYS518', text: 'wait', resolution: null }]);
  });

  test('a secret that the BMC echoes is masked', () => {
    const messages = [{ id: '', text: 'The value hunter2 is not allowed', resolution: null }];
    expect(sayMessages(messages, '', ['hunter2'])).toBe('The value ****** is not allowed');
  });
});

describe('waiting between attempts', () => {
  test('grows from one second to fifteen, 30 % more or less', () => {
    expect([0, 1, 2, 3, 4, 9].map((attempt) => backoffMs(attempt, 0.5))).toEqual([
      1000, 2000, 4000, 8000, 15_000, 15_000,
    ]);
    expect([backoffMs(0, 0), backoffMs(0, 1)]).toEqual([700, 1300]);
  });

  const now = Date.UTC(2026, 10, 22, 12, 0, 0);
  test.each([
    ['5', 5000],
    ['86400', 120_000],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2020 12:00:30 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('Retry-After %s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
