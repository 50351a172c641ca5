import { describe, expect, test } from 'vitest';
import { bench, errorOf } from './bench.ts';
import { complaint, type Seen, SYSTEM } from './fake-bmc.ts';

const SETTINGS = `${SYSTEM}/Settings`;
const isPatch = ({ method }: Seen): boolean => method === 'PATCH';
const bootOf = (seen: Seen): Record<string, unknown> => seen.body.Boot as Record<string, unknown>;

const UEFI_PXE = {
  BootSourceOverrideEnabled: 'Once',
  BootSourceOverrideTarget: 'Pxe',
  BootSourceOverrideMode: 'UEFI',
};

describe('booting once from another device', () => {
  test.each([
    ['pxe', 'uefi', 'Pxe', 'UEFI'],
    ['pxe', 'bios', 'Pxe', 'Legacy'],
    ['disk', 'uefi', 'Hdd', 'UEFI'],
  ] as const)('%s in %s mode is set in one PATCH', async (device, mode, target, redfishMode) => {
    const { fake, bmc } = await bench();
    await bmc.setBootOnce(device, mode);
    expect(fake.seen.filter(isPatch).map(bootOf)).toEqual([
      {
        BootSourceOverrideEnabled: 'Once',
        BootSourceOverrideTarget: target,
        BootSourceOverrideMode: redfishMode,
      },
    ]);
  });

  test('without a mode the mode is left alone', async () => {
    const { fake, bmc } = await bench();
    await bmc.setBootOnce('pxe', null);
    expect(bootOf(fake.seen.filter(isPatch)[0] as Seen)).not.toHaveProperty('BootSourceOverrideMode');
  });

  test('a mode that the BMC does not offer is left out', async () => {
    const { fake, bmc } = await bench();
    fake.state.system.Boot['BootSourceOverrideMode@Redfish.AllowableValues'] = ['UEFI'];
    await bmc.setBootOnce('pxe', 'bios');
    expect(fake.state.system.Boot).toMatchObject({
      BootSourceOverrideEnabled: 'Once',
      BootSourceOverrideMode: 'UEFI',
    });
  });

  test('a BMC for which a missing mode means legacy is told the present mode', async () => {
    const { fake, bmc } = await bench();
    fake.state.root.Oem = { Supermicro: {} };
    await bmc.setBootOnce('pxe', null);
    expect(bootOf(fake.seen.filter(isPatch)[0] as Seen)).toEqual(UEFI_PXE);
  });

  test.each(['PropertyNotWritable', 'PropertyUnknown'])('a mode refused with %s is dropped', async (id) => {
    const { fake, bmc } = await bench();
    fake.fault({
      on: (seen) => isPatch(seen) && 'BootSourceOverrideMode' in bootOf(seen),
      answer: { status: 400, body: complaint(id, 'BootSourceOverrideMode') },
    });
    await bmc.setBootOnce('pxe', 'bios');
    expect(fake.state.system.Boot).toMatchObject({
      BootSourceOverrideEnabled: 'Once',
      BootSourceOverrideTarget: 'Pxe',
    });
  });

  test('a system whose boot is read-only is set through its settings object', async () => {
    const { fake, bmc } = await bench();
    fake.state.system['@Redfish.Settings'] = { SettingsObject: { '@odata.id': SETTINGS } };
    fake.state.resources[SETTINGS] = { Boot: {} };
    fake.fault({
      on: (seen) => isPatch(seen) && seen.path === SYSTEM,
      answer: { status: 400, body: complaint('PropertyNotWritable', 'Boot is read-only') },
    });
    await bmc.setBootOnce('pxe', 'uefi');
    expect(fake.state.resources[SETTINGS]).toEqual({ Boot: UEFI_PXE });
  });

  test('a PATCH that is taken without effect is tried in the settings object', async () => {
    const { fake, bmc } = await bench();
    fake.state.system['@Redfish.Settings'] = { SettingsObject: { '@odata.id': SETTINGS } };
    fake.state.resources[SETTINGS] = { Boot: {} };
    fake.fault({ on: (seen) => isPatch(seen) && seen.path === SYSTEM, answer: { status: 200, body: {} } });
    await bmc.setBootOnce('disk', null);
    expect(fake.state.resources[SETTINGS]?.Boot).toMatchObject({ BootSourceOverrideTarget: 'Hdd' });
  });

  test('a PATCH that is taken without effect, with nowhere else to go, is called a lie', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isPatch, answer: { status: 204 } });
    const error = await errorOf(bmc.setBootOnce('pxe', 'uefi'));
    expect(error.code).toBe('bmc_bad_answer');
    expect(error.message).toContain(
      'took the boot override "Pxe" once without an error but still shows "None" Disabled',
    );
  });

  test('an effect that shows late is waited for', async () => {
    const { fake, bmc } = await bench();
    let looks = 0;
    fake.fault({ on: isPatch, answer: { status: 204 } });
    fake.fault({
      on: ({ method, path }) => method === 'GET' && path === SYSTEM && fake.seen.some(isPatch),
      answer: () => {
        looks += 1;
        if (looks === 3) Object.assign(fake.state.system.Boot, UEFI_PXE);
        return null;
      },
    });
    await bmc.setBootOnce('pxe', 'uefi');
    expect(fake.seen.filter(isPatch)).toHaveLength(1);
  });

  test("Dell's UefiTarget is what PXE reads back as", async () => {
    const { fake, bmc } = await bench();
    fake.state.root.Vendor = 'Dell';
    fake.fault({
      on: isPatch,
      answer: () => {
        Object.assign(fake.state.system.Boot, UEFI_PXE, { BootSourceOverrideTarget: 'UefiTarget' });
        return { status: 200, body: {} };
      },
    });
    await bmc.setBootOnce('pxe', 'uefi');
    expect(fake.seen.filter(isPatch)).toHaveLength(1);
  });

  test('a device that the BMC does not offer is refused before anything is written', async () => {
    const { fake, bmc } = await bench();
    fake.state.system.Boot['BootSourceOverrideTarget@Redfish.AllowableValues'] = ['None', 'Hdd'];
    const error = await errorOf(bmc.setBootOnce('pxe', 'uefi'));
    expect(error.message).toContain('cannot boot once from "Pxe": it offers None, Hdd');
    expect(fake.seen.filter(isPatch)).toEqual([]);
  });

  test('a lost answer is settled by reading back', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isPatch, times: 1, answer: 'reset', after: true });
    await bmc.setBootOnce('pxe', 'uefi');
    expect(fake.seen.filter(isPatch)).toHaveLength(1);
  });

  test('a lost request is sent again', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isPatch, times: 1, answer: 'reset' });
    await bmc.setBootOnce('pxe', 'uefi');
    expect(fake.state.system.Boot).toMatchObject(UEFI_PXE);
    expect(fake.seen.filter(isPatch)).toHaveLength(2);
  });

  test('HPE refuses while the host is in POST: that is waited out', async () => {
    const { fake, bmc } = await bench();
    const body = complaint('UnableToModifyDuringSystemPOST', 'in POST');
    fake.fault({ on: isPatch, times: 3, answer: { status: 400, body } });
    await bmc.setBootOnce('pxe', 'uefi');
    expect(fake.state.system.Boot).toMatchObject(UEFI_PXE);
  });
});

describe('If-Match on a PATCH', () => {
  const accepting =
    (accepted: string | undefined) =>
    (seen: Seen): boolean =>
      isPatch(seen) && seen.headers['if-match'] !== accepted;

  test.each([
    ['the ETag as it was given', 'W/"abc"', 'W/"abc"', ['W/"abc"']],
    ['the strong form of a weak ETag', 'W/"abc"', '"abc"', ['W/"abc"', '"abc"']],
    ['no quotes', 'W/"abc"', 'abc', ['W/"abc"', '"abc"', 'abc']],
    ['any', 'W/"abc"', '*', ['W/"abc"', '"abc"', 'abc', '*']],
    ['no header at all', 'W/"abc"', undefined, ['W/"abc"', '"abc"', 'abc', '*', undefined]],
    ['any, where the BMC gives no ETag yet wants one', null, '*', [undefined, '*']],
  ])('a BMC that wants %s gets it', async (_name, etag, accepted, sent) => {
    const { fake, bmc } = await bench();
    fake.state.etag = etag;
    const status = accepted === '*' && etag === null ? 428 : 412;
    fake.fault({
      on: accepting(accepted),
      answer: { status, body: complaint('PreconditionFailed', 'etag') },
    });
    await bmc.setBootOnce('pxe', 'uefi');
    expect(fake.seen.filter(isPatch).map(({ headers }) => headers['if-match'])).toEqual(sent);
  });

  test('what worked is what comes first the next time', async () => {
    const { fake, bmc } = await bench();
    fake.state.etag = 'W/"abc"';
    fake.fault({ on: accepting('abc'), answer: { status: 412 } });
    await bmc.setBootOnce('pxe', 'uefi');
    const before = fake.seen.filter(isPatch).length;
    await bmc.setBootOnce('disk', 'uefi');
    expect(
      fake.seen
        .filter(isPatch)
        .slice(before)
        .map(({ headers }) => headers['if-match']),
    ).toEqual(['abc']);
  });

  test('a resource that changed meanwhile is taken with its new ETag', async () => {
    const { fake, bmc } = await bench();
    fake.state.etag = '"1"';
    fake.fault({
      on: isPatch,
      times: 1,
      answer: () => {
        fake.state.etag = '"2"';
        return { status: 412 };
      },
    });
    await bmc.setBootOnce('pxe', 'uefi');
    expect(fake.seen.filter(isPatch).map(({ headers }) => headers['if-match'])).toEqual(['"1"', '"2"']);
  });

  test('actions never carry it', async () => {
    const { fake, bmc } = await bench();
    fake.state.etag = '"1"';
    await bmc.powerOn();
    expect(
      fake.seen.filter(({ method }) => method === 'POST').every(({ headers }) => !('if-match' in headers)),
    ).toBe(true);
  });
});
