/** The agent token, kept in /run so that an agent that restarts within this boot still has it. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseRecord, stringField } from '../base/json.ts';

export type TokenFile = {
  /** The token for this node; null when none is kept, or one for another node. */
  load(nodeUuid: string): string | null;
  save(nodeUuid: string, token: string): void;
};

export function createTokenFile(path: string): TokenFile {
  return {
    load: (nodeUuid) => {
      try {
        const kept = parseRecord(readFileSync(path, 'utf8')) ?? {};
        return kept.node_uuid === nodeUuid ? stringField(kept, 'agent_token') : null;
      } catch {
        return null;
      }
    },
    save: (nodeUuid, token) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, JSON.stringify({ node_uuid: nodeUuid, agent_token: token }), {
        mode: 0o600,
      });
      renameSync(`${path}.new`, path);
    },
  };
}
