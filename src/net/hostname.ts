/** Labels of letters, digits and inner hyphens, 63 bytes each, 253 in all (RFC 1123, section 2.1). */
export const HOSTNAME =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
