/** The lamps that `fake-hardware` pretends: Ironic's own (ironic/drivers/modules/fake.py, FakeManagement). Data. */

export type Indicator = {
  readonly component: string;
  readonly name: string;
  readonly readonly: boolean;
  readonly states: readonly string[];
};

export const FAKE_INDICATORS: readonly Indicator[] = [
  { component: 'chassis', name: 'led-0', readonly: true, states: ['off', 'on'] },
  { component: 'system', name: 'led', readonly: false, states: ['blinking', 'off', 'on'] },
];

/** What each of them is said to be. */
export const FAKE_INDICATOR_STATE = 'on';
