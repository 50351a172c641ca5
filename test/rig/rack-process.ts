/** The simulated rack in a process of its own, so that killing the daemon does not touch it. */
import { createLog } from '../../src/log.ts';
import { type RackOptions, startSimulatedRack } from './simulated/rack.ts';

const options: RackOptions = JSON.parse(process.argv[2] ?? '{}');
const rack = await startSimulatedRack(options, createLog('silent'));

process.on('message', (message) => {
  if (message === 'ledgers') process.send?.({ ledgers: Object.fromEntries(rack.ledgers) });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ bmcUrls: rack.bmcUrls });
