import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectAgent } from '../../../src/lifecycle/agents/agent-client.ts';
import { OTHER, OWN } from '../fakes/certificates.ts';

const COMMAND = {
  id: 'c1',
  command_name: 'get_clean_steps',
  command_status: 'SUCCEEDED',
  command_error: null,
  command_result: { x: 1 },
  serialized_by: 'upstream has more fields',
};

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function agentThat(handle: RequestListener): Promise<ReturnType<typeof connectAgent>> {
  const port = await listening(createHttpServer(handle));
  const callbackUrl = `http://127.0.0.1:${port}`;
  return connectAgent({ nodeUuid: 'node-1', callbackUrl, certificate: null, token: 'a+b' });
}

const answering =
  (status: number, body: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status).end(body);
  };

describe('the client of the agent', () => {
  it('sends name, parameters, wait and token as ironic-python-agent wants them', async () => {
    const seen: string[] = [];
    const agent = await agentThat((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${body}`);
        response.end(JSON.stringify(request.method === 'GET' ? { commands: [COMMAND] } : COMMAND));
      });
    });
    const command = await agent.run({ name: 'clean.get_clean_steps', params: { ports: [] }, wait: true });
    expect(command).toMatchObject({ id: 'c1', command_status: 'SUCCEEDED', command_progress: null });
    expect(await agent.commands()).toHaveLength(1);
    expect(seen).toEqual([
      'POST /v1/commands/?wait=true&agent_token=a%2Bb {"name":"clean.get_clean_steps","params":{"ports":[]}}',
      'GET /v1/commands/?agent_token=a%2Bb ',
    ]);
  });

  it.each([
    [
      401,
      '{"type":"Unauthorized","message":"Unauthorized"}',
      'agent_failed',
      'refused with 401: Unauthorized',
    ],
    [409, '{"message":"Agent is busy","details":"executing x"}', 'busy', 'Agent is busy: executing x'],
    [500, 'oops', 'busy', 'refused with 500: no reason given'],
    [
      400,
      '{"message":"\\u001b[1;31mno\\nsuch\\u0000step"}',
      'agent_failed',
      'refused with 400: no such step',
    ],
    [400, '{"faultstring":"bad"}', 'agent_failed', 'refused with 400: bad'],
    [200, '{"commands": 5}', 'agent_failed', "gave an answer that is no agent's"],
    [200, '<html>', 'agent_failed', "gave an answer that is no agent's"],
  ])('tells of an answer %i %s as %s', async (status, body, code, message) => {
    const agent = await agentThat(answering(status, body));
    await expect(agent.commands()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('tells that nobody listens, and never shows the token', async () => {
    const callbackUrl = 'http://127.0.0.1:1';
    const agent = connectAgent({ nodeUuid: 'node-1', callbackUrl, certificate: null, token: 'sesame' });
    const error: unknown = await agent.commands().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'agent_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(String(error)).not.toContain('sesame');
  });
});

describe('the certificate of the agent', () => {
  const connect = async (certificate: string) => {
    const port = await listening(createHttpsServer(OWN, answering(200, '{"commands":[]}')));
    return connectAgent({ nodeUuid: 'n', callbackUrl: `https://127.0.0.1:${port}`, certificate, token: 't' });
  };

  it('is enough by itself: neither name nor authority nor dates matter', async () => {
    expect(await (await connect(OWN.cert)).commands()).toEqual([]);
  });

  it('must be the one that came with the heartbeat, even with the same name', async () => {
    await expect((await connect(OTHER.cert)).commands()).rejects.toMatchObject({
      code: 'agent_unreachable',
      message: expect.stringContaining('another certificate'),
    });
  });
});
