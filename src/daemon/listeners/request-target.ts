/** What a request is for. */
import type { RequestListener } from 'node:http';

/** `http://host/path` as a client sends it that has a proxy set. */
const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/** A server has to take the absolute form of a target (RFC 9112 3.2.2); from here on there is the path alone. */
export function withPathOnly(handler: RequestListener): RequestListener {
  return (request, response) => {
    const { url = '/' } = request;
    if (ABSOLUTE.test(url)) {
      const path = url.replace(ABSOLUTE, '');
      request.url = path.startsWith('/') ? path : `/${path}`;
    }
    handler(request, response);
  };
}
