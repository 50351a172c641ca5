/** Asks BMCs for power states, each for one system at a time, and for no longer than a look may take. */
import type { BmcPower } from '../../bmc/bmc.ts';
import type { Clock } from '../../clock.ts';
import { asIngotError, IngotError } from '../../errors.ts';
import { createRecentMap } from '../../net/recent-map.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { WithBmc } from '../deps.ts';

/** After this a BMC that still says nothing counts as unreachable; its client has tried five times by then. */
const LOOK_LIMIT_MS = 90_000;
const MOST_SILENT = 20_000;

type Tools = {
  readonly withBmc: WithBmc;
  readonly clock: Clock;
  /** Between two looks at one node. */
  readonly intervalMs: number;
  /** Ends all looks: they reject. */
  readonly signal: AbortSignal;
};

/** What the node's BMC shows, or why it does not. */
export type LookAt = (node: NodeRecord) => Promise<BmcPower | IngotError>;

export function createLooks({ withBmc, clock, intervalMs, signal }: Tools): LookAt {
  /** The last look under way, by the BMC's address. */
  const lanes = new Map<string, Promise<unknown>>();
  const silent = createRecentMap<string, { readonly at: number; readonly error: IngotError }>(MOST_SILENT);

  /** What was found of a silent BMC counts for the other systems behind it, until it is asked again. */
  const ask = async (address: string, power: () => Promise<BmcPower>): Promise<BmcPower> => {
    const known = silent.get(address);
    if (known !== undefined && clock.elapsed() - known.at < intervalMs / 2) throw known.error;
    try {
      return await withinLimit(address, power());
    } catch (error) {
      if (error instanceof IngotError && error.code === 'bmc_unreachable')
        silent.set(address, { at: clock.elapsed(), error });
      throw error;
    }
  };

  const withinLimit = async (address: string, answer: Promise<BmcPower>): Promise<BmcPower> => {
    const answered = new AbortController();
    const late = clock.sleep(LOOK_LIMIT_MS, AbortSignal.any([signal, answered.signal])).then((): never => {
      throw new IngotError(
        'bmc_unreachable',
        `BMC ${address} did not answer within ${LOOK_LIMIT_MS / 1_000} s`,
        {
          hint: 'It is busy or hung: try its web page; a cold reset of the BMC leaves the machine as it is.',
        },
      );
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      answered.abort(new Error('answered'));
      // Whichever comes second is heard by nobody.
      late.catch(() => undefined);
      answer.catch(() => undefined);
    }
  };

  const inTurn = async (address: string, power: () => Promise<BmcPower>): Promise<BmcPower> => {
    const mine = (lanes.get(address) ?? Promise.resolve()).then(() => ask(address, power));
    const ended = mine.catch(() => undefined);
    lanes.set(address, ended);
    try {
      return await mine;
    } finally {
      if (lanes.get(address) === ended) lanes.delete(address);
    }
  };

  return async (node) => {
    try {
      return await withBmc(node, (bmc) => inTurn(bmc.address, () => bmc.power()));
    } catch (thrown) {
      signal.throwIfAborted();
      return asIngotError(thrown, `Asking the BMC of node ${node.uuid} for its power state`);
    }
  };
}
