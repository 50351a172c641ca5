/** Which Node runs this: npm's scripts take the pinned one, `node node_modules/.bin/vitest` whatever the system has. */

/**
 * A sentence for a Node that is too old, null for one that is not.
 * @param version as `process.versions.node` has it
 * @param engines as package.json has it: `>=24`
 */
export function tooOld(version: string, engines: string): string | null {
  const [least, found] = [engines.replace(/^>=/, ''), version].map((text) => Number.parseInt(text, 10));
  if (least === undefined || found === undefined || found >= least) return null;
  return (
    `ingot's tests need Node ${least} or newer, and this is Node ${version}: run them with the Node that npm installed ` +
    '(npm test, npm run unit, or node_modules/.bin/node node_modules/.bin/vitest ...).'
  );
}
