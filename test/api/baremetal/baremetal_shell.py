"""Ironic's own command line client, unmodified, as one process: a list of words a line in, what came of it a line out."""
import contextlib
import io
import json
import sys
import time

from ironicclient import shell

# Between two looks at a node that it waits for the client sleeps ten seconds: here a tenth of one.
nap = time.sleep
time.sleep = lambda seconds: nap(min(seconds, 0.1))


def run(words):
    # Which options of a login there are it takes from there.
    sys.argv = ['baremetal', *words]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = shell.main(words)
        except SystemExit as end:
            code = end.code
    return {'code': code or 0, 'out': out.getvalue(), 'err': err.getvalue()}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
