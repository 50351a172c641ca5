/**
 * Death at a chosen instant. Every effect of a daemon (a transaction, a call to BMC or agent) is counted; at the
 * chosen one it dies, before or after the effect has happened. From then on nothing that it does has an effect.
 */
export type Mortality = {
  dead: boolean;
  /** Which effect is the last, counted from 1; never without it. */
  readonly at?: number;
  readonly when?: 'before' | 'after';
  effects?: number;
};

type AsyncFunction = (...inputs: never[]) => Promise<unknown>;

const never = (): Promise<never> => new Promise(() => {});

export function mortal(mortality: Mortality): {
  wrap<F extends AsyncFunction>(effect: F): F;
  wrapAll<T extends object>(effects: T): T;
  unlessDead<F extends AsyncFunction>(work: F): F;
  /** Resolves when an effect was the last. */
  readonly died: Promise<void>;
} {
  let tell = (): void => undefined;
  const died = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const die = (): void => {
    mortality.dead = true;
    tell();
  };
  const wrap = <F extends AsyncFunction>(effect: F): F =>
    (async (...inputs: Parameters<F>) => {
      if (mortality.dead) return await never();
      mortality.effects = (mortality.effects ?? 0) + 1;
      const last = mortality.effects === mortality.at;
      if (last && mortality.when !== 'after') die();
      if (mortality.dead) return await never();
      const result = await effect(...inputs);
      if (last) die();
      return mortality.dead ? await never() : result;
    }) as unknown as F;
  const unlessDead = <F extends AsyncFunction>(work: F): F =>
    (async (...inputs: Parameters<F>) =>
      mortality.dead ? await never() : await work(...inputs)) as unknown as F;
  return {
    wrap,
    unlessDead,
    died,
    wrapAll: <T extends object>(effects: T): T =>
      Object.fromEntries(
        Object.entries(effects).map(([name, value]) => [
          name,
          typeof value === 'function' ? wrap(value as AsyncFunction) : value,
        ]),
      ) as T,
  };
}
