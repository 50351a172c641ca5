/** Undoing what was set up, in reverse order, whatever happens: namespaces and servers must not stay behind. */
export type Cleanup = {
  defer(undo: () => Promise<unknown>): void;
  /** Undoes all; one that fails does not keep the others from being done. */
  run(): Promise<void>;
};

export function createCleanup(onFailure: (error: unknown) => void): Cleanup {
  const undos: (() => Promise<unknown>)[] = [];
  return {
    defer: (undo) => void undos.push(undo),
    run: async () => {
      for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
        await undo().catch(onFailure);
      }
    },
  };
}
