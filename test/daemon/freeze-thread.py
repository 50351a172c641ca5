"""Stops one thread of another process, and only that one, until this program's standard input ends.
Arguments: the process id and the thread's name."""
import ctypes
import os
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WALL = 0x40000000  # waitpid(2): threads too

pid, name = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def named(thread):
    with open(f"/proc/{pid}/task/{thread}/comm", encoding="utf8") as file:
        return file.read().strip() == name


def trace(request, thread):
    if libc.ptrace(request, thread, None, None) != 0:
        sys.exit(f"ptrace {request:#x}: {os.strerror(ctypes.get_errno())}")


threads = [int(thread) for thread in os.listdir(f"/proc/{pid}/task") if named(thread)]
if len(threads) != 1:
    sys.exit(f"{len(threads)} threads are called {name}")
trace(PTRACE_SEIZE, threads[0])
trace(PTRACE_INTERRUPT, threads[0])
os.waitpid(threads[0], WALL)
print("frozen", flush=True)
sys.stdin.read()
trace(PTRACE_DETACH, threads[0])
