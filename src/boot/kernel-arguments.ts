/** The words of the ramdisk's kernel command line that every boot loader gives it. Pure. */
import { type Mac, macWithHyphens } from '../net/mac.ts';
import { type BootSite, siteUrl } from './decision.ts';

/** `kernelArgs` are the operator's own words (`boot.kernel_args`). */
export function kernelArguments(facts: {
  readonly mac: Mac;
  readonly site: BootSite;
  readonly kernelArgs: string;
  readonly entry: { readonly ticket: string | null } | null;
}): readonly string[] {
  const { serverAddress, syslog } = facts.site;
  const ticket = facts.entry?.ticket ?? null;
  const own = facts.kernelArgs.split(/\s+/).filter((word) => word !== '');
  return [
    ...(syslog ? [`ingot-syslog=${serverAddress}`] : []),
    ...agentWords(facts.site, own),
    ...(ticket === null ? [] : [`ingot-ticket=${ticket}`]),
    `BOOTIF=01-${macWithHyphens(facts.mac)}`,
    ...own,
  ];
}

/** Where the agent calls, and how it knows that it is us. An operator's own word on that goes first. */
function agentWords(site: BootSite, own: readonly string[]): readonly string[] {
  const { tls, upstreamAgents } = site;
  const url = `ipa-api-url=${siteUrl(site, 'tls')}`;
  if (tls === null) return [url];
  const isTold = own.some((word) => word.startsWith('ipa-insecure'));
  return [url, `ingot-api-ca=${tls.fingerprint}`, ...(upstreamAgents && !isTold ? ['ipa-insecure=1'] : [])];
}
