/** The shapes of what `/ingot/v1` answers, beside those of Ironic's resources. */
import { z } from 'zod';
import { LEASE_STATES } from '../deps.ts';
import { jsonObject } from '../schemas/common.ts';

const text = z.string().nullable();
const time = z.string();
/** The node that has the MAC. */
const owner = z.strictObject({ uuid: z.string(), name: text }).nullable();

const job = z
  .strictObject({
    node_uuid: z.string().optional(),
    id: z.int(),
    verb: z.string(),
    asked_by: text,
    status: z.string(),
    step: text,
    step_number: z.int(),
    step_count: z.int(),
    steps: z.array(z.string()),
    attempt: z.int(),
    waiting_for: text,
    progress: jsonObject.nullable(),
    percent: z.number().nullable(),
    elapsed_s: z.number(),
    step_elapsed_s: z.number(),
    deadline: text,
    error: text,
    abort: text,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Job' });
export const jobAnswer = z.strictObject({ job: job.nullable() }).meta({ id: 'JobOfNode' });
export const jobsAnswer = z.strictObject({ jobs: z.array(job) }).meta({ id: 'Jobs' });

const network = z
  .strictObject({
    name: z.string(),
    role: z.string(),
    cidr: z.string(),
    interface: text,
    address: text,
    server_address: text,
    wire: text,
    gateway: text,
    dhcp: z.string(),
    ranges: z.array(z.strictObject({ use: z.string(), from: z.string(), to: z.string() })),
  })
  .meta({ id: 'Network' });
export const networksAnswer = z.strictObject({ networks: z.array(network) }).meta({ id: 'Networks' });

const lease = z
  .strictObject({
    network: z.string(),
    mac: text,
    client_id: z.string().optional(),
    address: z.string(),
    hostname: text,
    state: z.enum(LEASE_STATES),
    starts_at: text,
    expires_at: time,
    node: owner,
  })
  .meta({ id: 'Lease' });
export const leasesAnswer = z.strictObject({ leases: z.array(lease) }).meta({ id: 'Leases' });

const reservationFields = {
  network: z.string(),
  mac: z.string(),
  address: text,
  hostname: text,
  source: z.string(),
  created_at: time,
  updated_at: text,
};
export const reservationAnswer = z.strictObject(reservationFields).meta({ id: 'Reservation' });
export const reservationsAnswer = z
  .strictObject({
    reservations: z.array(z.strictObject({ ...reservationFields, node: owner, problem: text })),
  })
  .meta({ id: 'Reservations' });

const verdict = z.strictObject({ result: z.string(), why: text });
/** One verdict for each entry, in their order. */
export const importAnswer = z
  .strictObject({ reservations: z.array(verdict), leases: z.array(verdict) })
  .meta({ id: 'Imported' });

const machine = z
  .strictObject({
    mac: z.string(),
    uuid: text,
    uuid_swapped: text,
    architecture: text,
    vendor_class: text,
    network: text,
    address: text,
    giaddr: text,
    circuit_id: text,
    remote_id: text,
    stage: z.string(),
    message: z.string(),
    first_seen: time,
    last_seen: time,
    seen_count: z.int(),
  })
  .meta({ id: 'DiscoveredMachine' });
export const discoveredAnswer = z.strictObject({ machines: z.array(machine) }).meta({ id: 'Discovered' });

/** PEM. */
export const bootAuthorityAnswer = z.strictObject({ certificate: z.string() }).meta({ id: 'BootAuthority' });

const whyFields = {
  uuid: z.string(),
  name: text,
  text: z.string(),
  state: z.string(),
  since: text,
  step: text,
  waiting_for: text,
  last_seen: z.strictObject({ at: time, message: z.string() }).nullable(),
  check: z.array(z.string()),
};
export const whyAnswer = z.strictObject(whyFields).meta({ id: 'Why' });
