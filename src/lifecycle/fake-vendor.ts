/** Vendor methods that `fake-hardware` pretends: Ironic's own (ironic/drivers/modules/fake.py, FakeVendorB). Data. */

export type VendorMethod = {
  /** Who asks is answered before it is done. */
  readonly async: boolean;
  /** Waits for whatever else is done to the node. */
  readonly needsLock: boolean;
  readonly description: string;
  /** The value of its one argument, `bar`, that it answers `true` to. */
  readonly wanted: string;
};

export const FAKE_VENDOR_METHODS: ReadonlyMap<string, VendorMethod> = new Map([
  ['second_method', method('kazoo', { async: true, needsLock: true })],
  ['third_method_sync', method('meow', { async: false, needsLock: true })],
  ['fourth_method_shared_lock', method('woof', { async: true, needsLock: false })],
]);

function method(wanted: string, manners: Pick<VendorMethod, 'async' | 'needsLock'>): VendorMethod {
  return { ...manners, wanted, description: `Test if the value of bar is ${wanted}` };
}
