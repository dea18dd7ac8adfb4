#!/bin/sh
# As the official image does: options alone are HAProxy's, and it runs as master and worker in the foreground.
set -e
case $1 in -*) set -- haproxy "$@" ;; esac
if [ "$1" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
