/** The links that Ironic puts into every resource. Pure. */
export type Link = { readonly href: string; readonly rel: 'self' | 'bookmark' | 'next' };

/** `base` is `http://host`, `path` such as `nodes/UUID`; the bookmark has no version in it. */
export function resourceLinks(base: string, path: string): readonly Link[] {
  return [
    { href: `${base}/v1/${path}`, rel: 'self' },
    { href: `${base}/${path}`, rel: 'bookmark' },
  ];
}
