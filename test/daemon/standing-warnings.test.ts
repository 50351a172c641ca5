import { expect, it } from 'vitest';
import { createStandingWarnings } from '../../src/daemon/standing-warnings.ts';
import type { DhcpNotice } from '../../src/dhcp/notice.ts';

const notice = (kind: DhcpNotice['kind'], server: string | null, sentence: string): DhcpNotice => ({
  kind,
  severity: 'warning',
  network: 'pxe',
  sentence,
  data: { server },
});

it('a warning stands until it is taken back, each server for itself', () => {
  const warnings = createStandingWarnings();
  warnings.take(notice('dhcp.other_server', '10.0.0.5', 'Five answers.'));
  warnings.take(notice('dhcp.other_server', '10.0.0.6', 'Six answers.'));
  warnings.take(notice('dhcp.other_server', '10.0.0.5', 'Five has a MAC.'));
  expect(warnings.list()).toEqual(['Six answers.', 'Five has a MAC.']);
  warnings.take(notice('dhcp.other_server_gone', '10.0.0.6', 'Six is gone.'));
  warnings.take(notice('dhcp.no_server', null, 'Nobody answers.'));
  expect(warnings.list()).toEqual(['Five has a MAC.', 'Nobody answers.']);
  warnings.take(notice('dhcp.server_found', '10.0.0.7', 'Seven answers.'));
  expect(warnings.list()).toEqual(['Five has a MAC.']);
});
