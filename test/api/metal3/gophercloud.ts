/**
 * The strictness of gophercloud (openstack/baremetal/v1, v2.x), which baremetal-operator calls Ironic with: one status
 * or two for each call, and answers that fit its structures.
 */
import { z } from 'zod';

/** Of a request: what gophercloud takes for success; anything else is an error with that code. */
const OK_CODES: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^GET /, [200]],
  [/^POST \/v1\/(nodes|ports|allocations)$/, [201]],
  [/^PATCH /, [200]],
  [/^DELETE \/v1\/nodes\/[^/]+$/, [202, 204]],
  [/^(PUT|DELETE) \/v1\/nodes\/[^/]+\/maintenance$/, [202]],
  [/^PUT \/v1\/nodes\/[^/]+\/states\/(provision|power)$/, [202]],
  [/^PUT \/v1\/nodes\/[^/]+\/states\/raid$/, [204]],
  [/^(POST|DELETE) \/v1\/nodes\/[^/]+\/vmedia$/, [204]],
  [/^POST \/v1\/nodes\/[^/]+\/vendor_passthru/, [200, 201]],
];

export class UnexpectedCode extends Error {
  readonly status: number;
  constructor(call: string, status: number, said: string) {
    super(`${call}: ${status} ${said}`);
    this.status = status;
  }
}

/** RFC 3339 with an offset, or null, as Go's time.Time reads it. */
const time = z.iso.datetime({ offset: true }).nullable();
const text = z.string().nullable();
/** Go reads null into a map, too; its users do not expect that. */
const map = z.record(z.string(), z.unknown());

const nodeSchema = z.looseObject({
  uuid: z.uuid(),
  name: text,
  driver: z.string(),
  instance_uuid: text,
  last_error: text,
  fault: text,
  power_state: text,
  target_power_state: text,
  provision_state: text,
  target_provision_state: text,
  maintenance: z.boolean(),
  maintenance_reason: text,
  reservation: text,
  resource_class: text,
  automated_clean: z.boolean().nullable(),
  protected: z.boolean(),
  retired: z.boolean(),
  console_enabled: z.boolean(),
  disable_power_off: z.boolean(),
  driver_info: map,
  driver_internal_info: map,
  instance_info: map,
  properties: map,
  extra: map,
  raid_config: map,
  target_raid_config: map,
  network_data: map,
  traits: z.array(z.string()),
  clean_step: map,
  deploy_step: map,
  service_step: map,
  created_at: time,
  updated_at: time,
  provision_updated_at: time,
  inspection_started_at: time,
  inspection_finished_at: time,
  bios_interface: z.string(),
  boot_interface: z.string(),
  deploy_interface: z.string(),
  firmware_interface: z.string(),
  inspect_interface: z.string(),
  raid_interface: z.string(),
});
export type Node = z.output<typeof nodeSchema>;

export type Gophercloud = {
  /** Rejects with `UnexpectedCode`. */
  call(request: `${string} /v1/${string}`, body?: unknown): Promise<unknown>;
  getNode(ident: string): Promise<Node>;
  createNode(body: object): Promise<Node>;
  updateNode(uuid: string, operations: readonly object[]): Promise<Node>;
};

export function gophercloud(apiUrl: string, microversion: string): Gophercloud {
  const call: Gophercloud['call'] = async (request, body) => {
    const [method = '', path = ''] = request.split(' ');
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        'X-OpenStack-Ironic-API-Version': microversion,
        'OpenStack-API-Version': `baremetal ${microversion}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    const bare = request.replace(/\?.*/, '');
    const [, codes = []] = OK_CODES.find(([calls]) => calls.test(bare)) ?? [];
    if (!codes.includes(response.status)) throw new UnexpectedCode(request, response.status, faultOf(answer));
    return answer === '' ? null : JSON.parse(answer);
  };
  const node = (answer: unknown): Node => nodeSchema.parse(answer);
  return {
    call,
    getNode: async (ident) => node(await call(`GET /v1/nodes/${ident}`)),
    createNode: async (body) => node(await call('POST /v1/nodes', body)),
    updateNode: async (uuid, operations) => node(await call(`PATCH /v1/nodes/${uuid}`, operations)),
  };
}

const errorSchema = z.object({ error_message: z.string() });
const faultSchema = z.object({ faultstring: z.string() });

/** What the operator of Metal3 gets to read. */
function faultOf(answer: string): string {
  const { error_message } = errorSchema.parse(JSON.parse(answer));
  return faultSchema.parse(JSON.parse(error_message)).faultstring;
}
