/** DHCP message types, option 53 (RFC 2132 9.6). */
export const MESSAGE_TYPES = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

export type MessageType = keyof typeof MESSAGE_TYPES;

const BY_CODE = new Map<number, MessageType>();
for (const [name, code] of Object.entries(MESSAGE_TYPES)) BY_CODE.set(code, name as MessageType);

export function messageTypeOf(code: number): MessageType | null {
  return BY_CODE.get(code) ?? null;
}

/** What a client may send to a server. */
export const CLIENT_MESSAGES = ['discover', 'request', 'decline', 'release', 'inform'] as const;
export type ClientMessage = (typeof CLIENT_MESSAGES)[number];

export function isClientMessage(type: MessageType): type is ClientMessage {
  return (CLIENT_MESSAGES as readonly MessageType[]).includes(type);
}
