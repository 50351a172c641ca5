#!/bin/sh
# What udhcpc calls on each change of its lease: an address, and a route and name servers only where the
# answer has them (a PXE network may have none). The variables are those of busybox's udhcpc.
# shellcheck disable=SC2154
case "$1" in
  deconfig)
    ip link set "$interface" up
    ;;
  bound | renew)
    held=$(ip -4 -o addr show dev "$interface" | awk '{ print $4; exit }')
    [ "$held" = "$ip/$mask" ] || ip -4 addr flush dev "$interface"
    ip addr replace "$ip/$mask" dev "$interface"
    for gateway in $router; do
      ip route replace default via "$gateway" dev "$interface"
      break
    done
    if [ -n "$dns" ]; then
      for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
    fi
    echo "$interface $ip" >/run/network-up
    ;;
esac
