/**
 * Sends what the agent says to a syslog server as well (RFC 5424 over UDP, RFC 5426): who reads no console sees it too.
 */
import { createSocket } from 'node:dgram';

/** Facility local0, severity informational. */
const PRIORITY = 16 * 8 + 6;
const PORT = 514;

/** Never fails and never waits: before there is a network, and without a server, lines are lost. */
export function createSyslogSender(address: string, port: number = PORT): (line: string) => void {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.unref();
  return (line) => {
    const said = line.replace(/^ingot-agent: /, '');
    socket.send(`<${PRIORITY}>1 - - ingot-agent - - - ${said}`, port, address, () => undefined);
  };
}
