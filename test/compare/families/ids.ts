/** Ids that both sides are given: they begin with zeros, by which the comparison knows them from chosen ones. */
export const nodeId = (number: number): string => `00000000-0000-4000-8000-0000000001${pad(number)}`;
export const portId = (number: number): string => `00000000-0000-4000-8000-0000000002${pad(number)}`;
export const instanceId = (number: number): string => `00000000-0000-4000-8000-0000000003${pad(number)}`;
/** Of whatever else has one: chassis, port groups, volumes, allocations. */
export const partId = (number: number): string => `00000000-0000-4000-8000-0000000004${pad(number)}`;
/** An id that nothing has. */
export const NOBODY = '00000000-0000-4000-8000-0000000009ff';

const pad = (number: number): string => number.toString(16).padStart(2, '0');
