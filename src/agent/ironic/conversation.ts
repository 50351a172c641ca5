/** The agent's opening: discovery, inspection, look-up. Retries live here; each stage is a line on the console. */
import { backoffMs } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { JsonRecord } from '../base/json.ts';
import type { Say } from '../base/say.ts';
import type { Minor } from './api-version.ts';
import type { Discovery, Failure, IronicClient } from './client.ts';
import type { TokenFile } from './token-file.ts';

export type ConversationTools = {
  readonly client: IronicClient;
  readonly clock: Clock;
  readonly say: Say;
  readonly signal: AbortSignal;
};

/** The API that answered. */
export type Api = {
  readonly url: string;
  readonly minor: Minor;
  readonly localAddress: string;
  readonly serverTime: number | null;
};

/** Inspection is posted at most so often (as upstream's agent); each pause is 5, 10, 20, 30 s. */
const INSPECTION_TRIES = 5;
const MASKED = '******';

function sayFailure(say: Say, stage: string, failed: Failure & { readonly url: string }): void {
  say(`${stage} failed, trying again`, { url: failed.url, status: failed.status, because: failed.because });
}

/** Asks every URL in turn, for ever: without the API the agent is of no use. */
export async function discover(urls: readonly string[], tools: ConversationTools): Promise<Api> {
  for (let attempt = 0; ; attempt += 1) {
    for (const url of urls) {
      const answer: Discovery | Failure = await tools.client.discover(url);
      if (answer.ok) {
        tools.say('api ok', { url, version: `1.${answer.minor}`, address: answer.localAddress });
        return { url, minor: answer.minor, localAddress: answer.localAddress, serverTime: answer.serverTime };
      }
      sayFailure(tools.say, 'api discovery', { ...answer, url });
    }
    await tools.clock.sleep(backoffMs(attempt), tools.signal);
  }
}

/**
 * Posts the inventory; true when it was taken. A refusal (such as 404: the node is not being inspected) is final
 * and not fatal: look-up follows in any case.
 */
export async function inspect(
  urls: readonly string[],
  told: { readonly body: JsonRecord; readonly ticket: string | null },
  tools: ConversationTools,
): Promise<boolean> {
  for (let attempt = 0; attempt < INSPECTION_TRIES; attempt += 1) {
    const url = urls[attempt % urls.length] ?? '';
    const answer = await tools.client.postInspection(url, told);
    if (answer.ok) {
      tools.say('inspection posted', { url });
      return true;
    }
    if (!answer.retry) {
      tools.say('inspection refused', { url, status: answer.status, because: answer.because });
      return false;
    }
    sayFailure(tools.say, 'inspection', { ...answer, url });
    if (attempt < INSPECTION_TRIES - 1)
      await tools.clock.sleep(Math.min(30_000, 5 * backoffMs(attempt)), tools.signal);
  }
  tools.say('inspection given up', { tries: INSPECTION_TRIES });
  return false;
}

export type Known = {
  readonly node: JsonRecord;
  readonly uuid: string;
  readonly heartbeatTimeoutS: number;
  readonly token: string;
};

/** Asks who we are until there is an answer with a token that we can use; pauses 1, 2, 4, ... 60 s. */
export async function lookup(
  query: {
    readonly api: Api;
    readonly macs: () => readonly string[];
    readonly tokens: TokenFile;
    readonly ticket: string | null;
  },
  tools: ConversationTools,
): Promise<Known> {
  const { api, tokens } = query;
  for (let attempt = 0; ; attempt += 1) {
    const macs = query.macs();
    const answer = await tools.client.lookup(api.url, { macs, minor: api.minor, ticket: query.ticket });
    if (!answer.ok) {
      const why =
        answer.status === 404 ? 'no node that is expected to boot has one of these MACs' : answer.because;
      tools.say('lookup failed, trying again', { status: answer.status, because: why, macs: macs.join(',') });
    } else {
      const token =
        answer.token === MASKED || answer.token === null ? tokens.load(answer.uuid) : answer.token;
      if (token !== null) {
        tokens.save(answer.uuid, token);
        tools.say('lookup ok', { node: answer.uuid, heartbeat_timeout_s: answer.heartbeatTimeoutS });
        return { node: answer.node, uuid: answer.uuid, heartbeatTimeoutS: answer.heartbeatTimeoutS, token };
      }
      tools.say('lookup without a token, trying again', {
        node: answer.uuid,
        because: 'another agent of this boot has the token; reboot the machine so that it gets a new one',
      });
    }
    await tools.clock.sleep(backoffMs(attempt), tools.signal);
  }
}
