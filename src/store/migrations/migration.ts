/** One step of the schema's history. One that has been released is never edited. */
export type Migration = { readonly version: number; readonly subject: string; readonly sql: string };
