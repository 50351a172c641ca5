/** An API that asks for tokens, and a maker of them. */
import type { ApiDeps } from '../../src/api/deps.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Role } from '../../src/store/words.ts';
import { aNode, apiFixture, type Fixture, NODE } from './fixtures.ts';

/** What makes an API ask for tokens; who sends `x-test: socket` comes by the Unix socket. */
export const TOKEN_AUTH: Partial<ApiDeps> = {
  config: configSchema.parse({ api: { auth: 'token' } }),
  isLocal: (request) => request.headers['x-test'] === 'socket',
};
export const OTHER = '5d5f9a4c-4d33-4d39-9e0d-2f7a4e0d0b11';
export const MAC = '52:54:00:12:34:56';

type As = (role: Role, project?: string | null) => Promise<{ readonly authorization: string }>;

export type WithTokens = Fixture & { readonly as: As };

export async function withTokens(): Promise<WithTokens> {
  return await leasedNode(await apiFixture(TOKEN_AUTH));
}

/** A node that `blue` owns and `green` leases, and one that is nobody's. */
export async function leasedNode<F extends Fixture>(local: F): Promise<F & { readonly as: As }> {
  const { ask, store } = local;
  await store.nodes.insert(aNode({ owner: 'blue', lessee: 'green', last_error: 'BMC 10.30.0.7 is silent' }));
  await store.nodes.insert(aNode({ uuid: OTHER, name: 'rack1-08' }));
  await store.ports.insert({ uuid: NODE.replace('9', 'a'), node_uuid: NODE, address: MAC });
  await store.ports.insert({ uuid: OTHER, node_uuid: OTHER, address: '52:54:00:12:34:57' });
  const as: As = async (role, project = null) => {
    const name = `${role}-${project ?? 'site'}`;
    const body = { name, role, project };
    const made = await ask('POST', '/ingot/v1/tokens', { body, headers: { 'x-test': 'socket' } });
    return { authorization: `Bearer ${made.body.token}` };
  };
  return { ...local, as };
}
