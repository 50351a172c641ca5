/** Targets of `PUT states/provision` that both are asked for. */

/** Under their first names. */
export const BASIC_VERBS = [
  'active',
  'rebuild',
  'deleted',
  'manage',
  'provide',
  'inspect',
  'abort',
  'clean',
  'adopt',
  'rescue',
  'unrescue',
];
