#!/usr/bin/env python3
"""Tells ingot that this operating system is up. Put here by the config drive, run once by cloud-init."""

import base64
import json
import os
import platform
import socket
import ssl
import subprocess
import sys
import syslog
import time
import urllib.error
import urllib.parse
import urllib.request

CONFIG = {}

# Seconds before each further attempt: about seven minutes in all.
PAUSES_S = (1, 2, 4, 8, 15, 30, 60, 60, 60, 60, 60, 60)
TIMEOUT_S = 10
# X509_V_FLAG_PARTIAL_CHAIN, which Python names from 3.10 on: a certificate that is no authority may be believed too.
PARTIAL_CHAIN = 0x80000
# The daemon will not change its mind about these.
FINAL_ANSWERS = (400, 401, 403)


def addresses():
    """Global addresses of all interfaces; where there is no `ip`, the one that leads to ingot."""
    command = ["ip", "-json", "address", "show", "scope", "global"]
    try:
        shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=TIMEOUT_S).stdout
        return [info["local"] for link in json.loads(shown) for info in link.get("addr_info", []) if "local" in info]
    except (OSError, subprocess.SubprocessError, ValueError):
        return [address_towards_ingot()]


def address_towards_ingot():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((urllib.parse.urlsplit(CONFIG["url"]).hostname, 9))
        return probe.getsockname()[0]


def system_name():
    try:
        with open("/etc/os-release", encoding="utf-8") as lines:
            facts = dict(line.strip().split("=", 1) for line in lines if "=" in line)
        return facts.get("PRETTY_NAME", "Linux").strip('"')
    except OSError:
        return "Linux"


def handlers():
    """The seed node is on our own network: never through a proxy, and believed by its own authority alone."""
    direct = urllib.request.ProxyHandler({})
    if "ca" not in CONFIG:
        return [direct]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # That authority signs ingot's certificates only, so every name it signed is ingot's.
    context.check_hostname = False
    context.load_verify_locations(cadata=base64.b64decode(CONFIG["ca"]))
    context.verify_flags |= PARTIAL_CHAIN
    return [direct, urllib.request.HTTPSHandler(context=context)]


def report():
    """Raises OSError (urllib's errors are) when ingot did not take the report."""
    body = {
        "status": "booted",
        "hostname": socket.gethostname(),
        "addresses": addresses(),
        "message": "%s is up, kernel %s" % (system_name(), platform.release()),
    }
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + CONFIG["token"]}
    request = urllib.request.Request(CONFIG["url"], json.dumps(body).encode(), headers, method="POST")
    urllib.request.build_opener(*handlers()).open(request, timeout=TIMEOUT_S).close()


def attempt():
    """True when there is nothing more to do."""
    try:
        report()
    except urllib.error.HTTPError as error:
        syslog.syslog(syslog.LOG_WARNING, "ingot answered the status report with HTTP %d" % error.code)
        return error.code in FINAL_ANSWERS
    except OSError as error:
        syslog.syslog(syslog.LOG_WARNING, "ingot cannot be reached for the status report: %s" % error)
        return False
    return True


def go_to_background():
    """The rest of the boot does not wait for ingot."""
    if os.fork() > 0:
        os._exit(0)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def main():
    syslog.openlog("ingot-report")
    if attempt():
        return
    go_to_background()
    for pause in PAUSES_S:
        time.sleep(pause)
        if attempt():
            return
    syslog.syslog(syslog.LOG_ERR, "the status report was given up")


if __name__ == "__main__":
    sys.exit(main())
