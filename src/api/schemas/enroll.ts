/** `POST /ingot/v1/nodes`: a node and its ports. */
import { z } from 'zod';
import { json } from './common.ts';
import { enrollPort } from './port.ts';

/** The node's own fields are checked as `POST /v1/nodes` checks them. */
export const enrollBody = z.object({ ports: z.array(enrollPort).max(256).default([]) }).catchall(json);
