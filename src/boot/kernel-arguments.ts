/** The words of the ramdisk's kernel command line that every boot loader gives it. Pure. */
import { type Mac, macWithHyphens } from '../net/mac.ts';
import { type BootSite, siteUrl } from './decision.ts';

/** `kernelArgs` are the operator's own words (`boot.kernel_args`). */
export function kernelArguments(facts: {
  readonly mac: Mac;
  readonly site: BootSite;
  readonly kernelArgs: string;
}): readonly string[] {
  const { serverAddress, syslog } = facts.site;
  return [
    ...(syslog ? [`ingot-syslog=${serverAddress}`] : []),
    `ipa-api-url=${siteUrl(facts.site)}`,
    `BOOTIF=01-${macWithHyphens(facts.mac)}`,
    ...facts.kernelArgs.split(/\s+/).filter((word) => word !== ''),
  ];
}
