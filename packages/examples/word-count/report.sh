#!/bin/sh
# Prints the most frequent words, then waits to be stopped.
echo "Hello $NAME! The most frequent words of book.txt:"
head -n 5 counts.txt
echo "pid $$ on $(hostname), memory limit $(cat /sys/fs/cgroup/memory.max), pids limit $(cat /sys/fs/cgroup/pids.max)"
trap 'echo "SIGTERM: the report is closed"; exit 0' TERM
echo closed > /tmp/state && rm book.txt && echo "read on $(date +%Y-%m-%d)" >> counts.txt
while :; do sleep 1; done
