/** What an operator is told of a node that a step holds: by the daemon's refusals and `why`, and by `--wait`. Pure. */

/** The two ways out of a hold; `name`: what the node is called in commands. */
export function waysOutOfHold(name: string): string {
  return `\`ingot node unhold ${name}\` lets its job go on, \`ingot node abort ${name}\` ends it.`;
}
