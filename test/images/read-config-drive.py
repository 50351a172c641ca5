"""Reads an unpacked config drive with cloud-init's own code and renders its network as cloud-init would.

Usage: read-config-drive.py DRIVE TARGET KNOWN_MACS_JSON
Prints what cloud-init understood as JSON; the netplan file is written below TARGET.
"""

import json
import logging
import sys

from cloudinit import helpers, sources, user_data
from cloudinit.net import netplan, network_state
from cloudinit.sources.helpers import openstack

logging.disable(logging.CRITICAL)
drive, target, known_macs = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

results = openstack.ConfigDriveReader(drive).read_v2()
vendor = sources.convert_vendordata(results.get("vendordata"))
processor = user_data.UserDataProcessor(helpers.Paths({"cloud_dir": target, "run_dir": target}))
parts = [part for part in processor.process(vendor).walk() if not part.is_multipart()]

config = None
if results.get("networkdata"):
    config = openstack.convert_net_json(results["networkdata"], known_macs=known_macs)
    state = network_state.parse_net_config_data(config)
    renderer = netplan.Renderer({"netplan_path": "etc/netplan/50-cloud-init.yaml"})
    renderer._net_setup_link = lambda run=False: None
    renderer._netplan_generate = lambda run=False: None
    renderer.render_network_state(state, target=target)

print(
    json.dumps(
        {
            "metadata": results["metadata"],
            "userdata": results["userdata"].decode() if isinstance(results["userdata"], bytes) else results["userdata"],
            "vendor_parts": [[part.get_content_type(), part.get_payload(decode=True).decode()] for part in parts],
            "network": config,
        }
    )
)
