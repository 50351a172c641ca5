import type { ConfigCheck } from './load.ts';

/** What the schema knows already and this version cannot serve: refused here, not when the daemon runs. */
export const notYetProblems: ConfigCheck = ({ api }) => [
  ...(api.auth === 'none'
    ? []
    : [
        {
          path: ['api', 'auth'],
          sentence: `"${api.auth}" comes with a later version of ingot; only "none" works yet. Keep api.listen on an address that only operators reach.`,
        },
      ]),
];
