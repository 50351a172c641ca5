/** Queries on `reservations`: what DHCP keeps for a MAC, whether a node has it or not. */
import { IngotError } from '../errors.ts';
import { violatesUnique } from './columns.ts';
import type { Queries } from './store.ts';
import type { Access } from './tables.ts';

export function reservationQueries({ db, now }: Access): Queries['reservations'] {
  const select = () => db.selectFrom('reservations').selectAll();
  return {
    async put(reservation) {
      const { address, hostname, source } = reservation;
      const changes = { address, hostname, source, updated_at: now() };
      try {
        return await db
          .insertInto('reservations')
          .values({ ...reservation, created_at: now(), updated_at: null })
          .onConflict((conflict) => conflict.columns(['network', 'mac']).doUpdateSet(changes))
          .returningAll()
          .executeTakeFirstOrThrow();
      } catch (thrown) {
        if (!violatesUnique(thrown, 'reservations.address')) throw thrown;
        const sentence = `Address ${address} of network ${reservation.network} is reserved for another MAC.`;
        throw new IngotError('conflict', sentence, {
          hint: 'Choose another address, or delete that reservation: `ingot dhcp reservations` shows it.',
          cause: thrown,
        });
      }
    },
    async get(network, mac) {
      const row = select().where('network', '=', network).where('mac', '=', mac);
      return (await row.executeTakeFirst()) ?? null;
    },
    async findByAddress(network, address) {
      const row = select().where('network', '=', network).where('address', '=', address);
      return (await row.executeTakeFirst()) ?? null;
    },
    async listByMac(mac) {
      return await select().where('mac', '=', mac).orderBy('created_at').execute();
    },
    async list() {
      return await select().orderBy('network').orderBy('created_at').orderBy('mac').execute();
    },
    async delete(network, mac) {
      const result = await db
        .deleteFrom('reservations')
        .where('network', '=', network)
        .where('mac', '=', mac)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}
