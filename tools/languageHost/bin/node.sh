# Sourced by the launchers, with $bin set: which Node runs a plugin. The project's own, else the one on PATH (22.18 or later,
# the first that runs TypeScript as it is).
node="$bin/../../../node_modules/.bin/node"
[ -x "$node" ] || node=node
