/** `GET /ingot/v1/boot/ca`: the authority that firmware must hold to boot by HTTPS. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';

export function bootAuthorityRoutes(app: FastifyInstance, { bootAuthority }: ApiContext): void {
  app.get('/ingot/v1/boot/ca', async () => {
    const certificate = bootAuthority?.() ?? null;
    if (certificate !== null) return { certificate };
    throw new IngotError(
      'not_found',
      'Boot files are not served by HTTPS with a certificate of ingot’s own.',
      {
        hint: 'Enroll the authority of the certificate that boot.https.certificate names, or see `ingot status` and boot.https.',
      },
    );
  });
}
