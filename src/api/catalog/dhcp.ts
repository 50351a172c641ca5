/** `/ingot/v1/dhcp` and the machines that it hears. */
import { onSite } from '../access/route-access.ts';
import { importBody } from '../ingot/dhcp-import.ts';
import { leaseQuery } from '../ingot/leases.ts';
import { reservationCreate, reservationQuery } from '../schemas/reservation.ts';
import type { Catalog } from './operation.ts';
import {
  discoveredAnswer,
  importAnswer,
  leasesAnswer,
  reservationAnswer,
  reservationsAnswer,
} from './our-answers.ts';

export const DHCP: Catalog = {
  'GET /ingot/v1/discovered': {
    answer: discoveredAnswer,
    summary: 'Machines that were heard and belong to no node',
    access: onSite('ingot:site:get'),
  },
  'DELETE /ingot/v1/discovered/:mac': {
    summary: 'Forget a discovered machine',
    access: onSite('ingot:dhcp:change'),
    status: 204,
  },
  'GET /ingot/v1/dhcp/leases': {
    answer: leasesAnswer,
    summary: 'Who has which address',
    access: onSite('ingot:site:get'),
    query: leaseQuery,
  },
  'GET /ingot/v1/dhcp/reservations': {
    answer: reservationsAnswer,
    summary: 'Addresses that DHCP keeps for MACs',
    access: onSite('ingot:site:get'),
    query: reservationQuery,
  },
  'POST /ingot/v1/dhcp/reservations': {
    answer: reservationAnswer,
    summary: 'Keep an address for a MAC',
    access: onSite('ingot:dhcp:change'),
    body: reservationCreate,
    status: 201,
  },
  'DELETE /ingot/v1/dhcp/reservations/:network/:mac': {
    summary: 'Give a reservation up',
    access: onSite('ingot:dhcp:change'),
    status: 204,
  },
  'POST /ingot/v1/dhcp/import': {
    answer: importAnswer,
    summary: 'Take reservations and leases over from another DHCP server',
    access: onSite('ingot:dhcp:change'),
    body: importBody,
  },
};
