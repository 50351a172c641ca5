/** What the daemon tells its operator of itself: as an event, and in the log, where one looks first if it is silent. */
import type { DhcpNotice } from '../dhcp/notice.ts';
import type { Log } from '../log.ts';
import type { Recorder } from './recorder.ts';

export type Announcements = {
  /** Something does not work, with what to do about it. */
  problem(sentence: string): void;
  /** What was told as a problem is over. */
  solved(sentence: string): void;
  /** From the packet thread. */
  notice(notice: DhcpNotice): void;
};

const LEVELS = { info: 'info', warning: 'warn', error: 'error' } as const;

export function createAnnouncements(log: Log, recorder: Pick<Recorder, 'record'>): Announcements {
  return {
    problem: (sentence) => {
      log.warn({}, sentence);
      recorder.record([{ node_uuid: null, kind: 'daemon.problem', severity: 'warning', message: sentence }]);
    },
    solved: (sentence) => {
      log.info({}, sentence);
      recorder.record([{ node_uuid: null, kind: 'daemon.solved', severity: 'info', message: sentence }]);
    },
    notice: ({ kind, severity, sentence, data }) => {
      log[LEVELS[severity]](data, sentence);
      recorder.record([{ node_uuid: null, kind, severity, message: sentence, data }]);
    },
  };
}
