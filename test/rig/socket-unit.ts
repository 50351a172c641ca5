/** What systemd does for `ingot.socket`, without systemd. */

const SOCKET_UNIT = `
import os, socket, sys
made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
made.setsockopt(socket.SOL_SOCKET, 25, sys.argv[1].encode())
made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
made.bind(("", 67))
os.dup2(made.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="pxe")
os.execvp(sys.argv[2], sys.argv[2:])`;

/** Words before a command, which then has port 67 of that interface as descriptor 3, named `pxe`. */
export function withSocketUnit(nic: string): readonly [string, ...string[]] {
  return ['python3', '-c', SOCKET_UNIT, nic];
}
