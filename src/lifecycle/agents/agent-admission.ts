/**
 * Who gets the token of a node's agent: the ramdisk that the machine booted, shown by its address and by the ticket
 * that stood in its boot loader's script; once, to the address that asked first. Pure.
 */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { AgentFacts } from '../../store/records/node.ts';
import { tokensEqual } from './tokens.ts';

/** How an agent asks. */
export type AgentCall = {
  /** Null: not by IPv4. */
  readonly address: Ipv4 | null;
  /** By TLS. */
  readonly isPrivate: boolean;
  /** Null: it shows none. */
  readonly ticket: string | null;
};

export type AgentRules = {
  /** Agents are told to call by TLS. */
  readonly byTls: boolean;
  /** `boot.upstream_agents`: ironic-python-agent as it is may call, which knows no ticket and may call without TLS. */
  readonly upstream: boolean;
};

type Facts = {
  readonly rules: AgentRules;
  /** The node's, of this boot. */
  readonly ticket: string;
  /** The agent that asked earlier in this boot. */
  readonly known: AgentFacts | null;
  /** Why the address is not the machine's; null: it is, or nobody can tell. */
  readonly stranger: string | null;
};

/** The end of a sentence on why the caller does not get the token; null: it does. */
export function whyNoToken({ address, isPrivate, ticket }: AgentCall, facts: Facts): string | null {
  const { known, rules, stranger } = facts;
  if (stranger !== null) return stranger;
  if (rules.byTls && !isPrivate && !rules.upstream)
    return 'it came by plain HTTP, where whoever listens reads the token';
  if (ticket === null && !rules.upstream)
    return 'it shows no ticket: the ramdisk is not ours, or was not booted by the script of this boot';
  if (ticket !== null && !tokensEqual(facts.ticket, ticket)) return 'its ticket is not that of this boot';
  // Asked for again from there it is given again until it was used: the answer may have been lost.
  const first = known?.looked_up_from ?? null;
  if (first !== null && first !== address) return `the ticket was redeemed already, from ${first}`;
  return null;
}

/** The rule for what a heartbeat tells of the way to the agent; null: it may be used. */
export function whyNotCalled(
  { protocol, hasCertificate }: { readonly protocol: string; readonly hasCertificate: boolean },
  { upstream }: AgentRules,
): string | null {
  if (upstream || (protocol === 'https:' && hasCertificate)) return null;
  return 'config drives and tokens go there, so it has to be https:// with the certificate in agent_verify_ca';
}
