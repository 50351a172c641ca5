import { type Call, del, type Family, get, post } from '../call.ts';
import { NOBODY, nodeId, portId } from './ids.ts';

const NODE = nodeId(0x68);
const MAC = '52:54:00:68:00:01';
const BEAT = { callback_url: 'https://10.20.1.7:9999', agent_version: '9', agent_token: 'x'.repeat(43) };

const lookup = (name: string, query: string, extra: Partial<Call> = {}): Call =>
  get(`look-up ${name}`, `/v1/lookup${query}`, extra);
const beat = (name: string, body: unknown, extra: Partial<Call> = {}): Call =>
  post(`heartbeat ${name}`, `/v1/heartbeat/${NODE}`, body, extra);

/** What ramdisks call, without a login. */
export const callBacks: Family = {
  name: 'call-backs',
  calls: [
    post('a node', '/v1/nodes', { uuid: NODE, name: 'booted', driver: 'fake-hardware' }),
    post('its port', '/v1/ports', { uuid: portId(0x68), node_uuid: NODE, address: MAC }),
    lookup('by nothing', ''),
    lookup('by no address', '?addresses='),
    lookup('by what is no address', '?addresses=80:00:02:08:fe:80::1'),
    lookup('by an unknown address', '?addresses=52:54:00:68:00:09'),
    lookup('by the address of a node that does not boot', `?addresses=${MAC}`),
    lookup('by the uuid of a node that does not boot', `?node_uuid=${NODE}`),
    lookup('by the uuid of nobody', `?node_uuid=${NOBODY}`),
    lookup('by what is no uuid', '?node_uuid=booted'),
    lookup('before 1.22', `?addresses=${MAC}`, { version: '1.21' }),
    lookup('without a version', `?addresses=${MAC}`, { version: null }),
    lookup('with an unknown argument', `?addresses=${MAC}&bogus=1`),
    post('heartbeat of nobody', `/v1/heartbeat/${NOBODY}`, BEAT),
    post('heartbeat of nobody by name', '/v1/heartbeat/nobody', BEAT),
    post('heartbeat of what is no name', '/v1/heartbeat/a%20b', BEAT),
    beat('without a body', undefined),
    beat('without a call-back', { ...BEAT, callback_url: undefined }),
    beat('without a token', { ...BEAT, agent_token: undefined }),
    beat('with a token that is wrong', BEAT),
    beat('with a call-back of a number', { ...BEAT, callback_url: 7 }),
    beat('with a status that is none', { ...BEAT, agent_status: 'fine' }),
    beat('with an unknown argument', { ...BEAT, bogus: 1 }),
    beat('before 1.22', BEAT, { version: '1.21' }),
    beat('with a version before 1.36', BEAT, { version: '1.35' }),
    beat('with a certificate before 1.68', { ...BEAT, agent_verify_ca: 'PEM' }, { version: '1.67' }),
    beat('with a status before 1.72', { ...BEAT, agent_status: 'end' }, { version: '1.71' }),
    beat('with a message before 1.72', { ...BEAT, agent_status_message: 'x' }, { version: '1.71' }),
    del('the node away', `/v1/nodes/${NODE}`),
  ],
};
