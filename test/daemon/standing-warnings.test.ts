import { expect, it } from 'vitest';
import {
  createStandingWarnings,
  type StandingWarnings,
  statusSentences,
} from '../../src/daemon/standing-warnings.ts';
import type { DhcpNotice } from '../../src/dhcp/notice.ts';

const notice = (kind: DhcpNotice['kind'], server: string | null, sentence: string): DhcpNotice => ({
  kind,
  severity: 'warning',
  network: 'pxe',
  sentence,
  data: { server },
});

const sentences = (warnings: StandingWarnings): readonly string[] =>
  warnings.list().map(({ sentence }) => sentence);

it('a warning stands until it is taken back, each server for itself', () => {
  const warnings = createStandingWarnings();
  warnings.take(notice('dhcp.other_server', '10.0.0.5', 'Five answers.'));
  warnings.take(notice('dhcp.other_server', '10.0.0.6', 'Six answers.'));
  warnings.take(notice('dhcp.other_server', '10.0.0.5', 'Five has a MAC.'));
  expect(sentences(warnings)).toEqual(['Six answers.', 'Five has a MAC.']);
  warnings.take(notice('dhcp.other_server_gone', '10.0.0.6', 'Six is gone.'));
  warnings.take(notice('dhcp.no_server', null, 'Nobody answers.'));
  expect(sentences(warnings)).toEqual(['Five has a MAC.', 'Nobody answers.']);
  warnings.take(notice('dhcp.server_found', '10.0.0.7', 'Seven answers.'));
  expect(sentences(warnings)).toEqual(['Five has a MAC.']);
});

const damage = (at: number): DhcpNotice => ({
  kind: 'dhcp.lease_log_damaged',
  severity: 'error',
  network: null,
  sentence: `Damaged at ${at}.`,
  data: { file: 'leases.log.0', at, bytes: 10, frames: 1 },
});

it('each damaged place of the lease log has its line in the status, where other servers have a list of their own', () => {
  const warnings = createStandingWarnings();
  warnings.take(notice('dhcp.other_server', '10.0.0.5', 'Five answers.'));
  for (const at of [0, 80, 80]) warnings.take(damage(at));
  expect(statusSentences(warnings.list())).toEqual(['Damaged at 0.', 'Damaged at 80.']);
});

it('of more than a hundred the newest are kept', () => {
  const warnings = createStandingWarnings();
  for (let at = 1; at <= 101; at++) warnings.take(damage(at));
  expect(sentences(warnings)).toHaveLength(100);
  expect(sentences(warnings)[0]).toBe('Damaged at 2.');
});
