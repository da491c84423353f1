/**
 * The functions that every step of a service calls, in bash 5. They read the variables that the step's own part sets.
 */
export const serviceLibrary = `fail() {
  printf '%s: %s\\n' "$step" "$*" >&2
  exit 1
}

raise() {
  if (($1 > rank)); then rank=$1; fi
}

# Copies standard input to a file that nobody else can read, beside the file that it is for.
stage() {
  mkdir -p "$staged/$(dirname "$1")"
  cat > "$staged/$1"
}

# What differs from the machine, and what that asks for: 0 nothing, 1 a file that is watched, 2 a reload, 3 a restart.
compare() {
  local path
  for path in "\${!ranks[@]}"; do
    if ! cmp -s "$staged/$path" "$root/$path"; then
      changed+=("$path")
      raise "\${ranks[$path]}"
    fi
  done
  if ! cmp -s "$staged/unit" "$units/$unit"; then
    unit_changed=1
    raise 3
  fi
  # A run that was cut off had changed files, and nobody was told.
  if [ -e "$root/.pending" ]; then raise "$(< "$root/.pending")"; fi
  if ! systemctl is-enabled --quiet "$unit"; then raise 1; fi
  if systemctl is-active --quiet "$unit"; then was_active=1; else raise 3; fi
}

# Makes folders below the service's root that are its account's alone.
own() {
  local path=$root part
  local -a parts
  IFS=/ read -ra parts <<< "$1"
  for part in "\${parts[@]}"; do
    path+=/$part
    if [ ! -d "$path" ]; then install -d -m 0700 -o "$account" -g "$group" "$path"; fi
  done
}

# Puts new files in the place of old ones, each in one instant, and keeps the old.
commit() {
  local path
  rm -rf "$previous"
  mkdir -p "$previous"
  chown -R "$account:$group" "$staged"
  sync -f "$staged"
  unfinished=1
  printf '%s\\n' "$rank" > "$root/.pending"
  for path in "\${changed[@]}"; do
    own "$(dirname "$path")"
    if [ -e "$root/$path" ]; then
      mkdir -p "$previous/$(dirname "$path")"
      cp -p "$root/$path" "$previous/$path"
    fi
    mv -f "$staged/$path" "$root/$path"
  done
  if ((unit_changed)); then
    if [ -e "$units/$unit" ]; then cp -p "$units/$unit" "$previous/unit"; fi
    install -m 0644 "$staged/unit" "$units/$unit.new"
    mv -f "$units/$unit.new" "$units/$unit"
    systemctl daemon-reload
  fi
}

activate() {
  systemctl enable --quiet "$unit" || return
  case $rank in
    2) reload || return ;;
    3) systemctl restart "$unit" || return ;;
  esac
  wait_healthy
}

wait_healthy() {
  local end=$((SECONDS + patience))
  until healthy; do
    if ((SECONDS >= end)); then
      printf '%s: not healthy within %s s; last answer: %s\\n' "$step" "$patience" "$answer" >&2
      return 1
    fi
    sleep 0.5
  done
}

roll_back() {
  local path
  for path in "\${changed[@]}"; do
    if [ -e "$previous/$path" ]; then mv -f "$previous/$path" "$root/$path"; else rm -f "$root/$path"; fi
  done
  if ((unit_changed)); then
    if [ -e "$previous/unit" ]; then
      mv -f "$previous/unit" "$units/$unit"
    else
      systemctl disable --quiet --now "$unit" || true
      rm -f "$units/$unit"
    fi
    systemctl daemon-reload || true
  fi
  rm -f "$root/.pending"
  if [ ! -e "$units/$unit" ]; then return; fi
  case $rank in
    2) reload || true ;;
    3) systemctl restart "$unit" || true ;;
  esac
}

finish() {
  local code=$?
  set +e
  if ((unfinished)); then
    journalctl --unit "$unit" --lines 20 --no-pager --output cat >&2
    roll_back
    if [ ! -e "$units/$unit" ]; then
      printf '%s: there was no version before, so none runs now\\n' "$step" >&2
    elif wait_healthy; then
      printf '%s: the version before runs again\\n' "$step" >&2
    fi
  fi
  rm -rf "$staged"
  exit "$code"
}

# Files that nothing names any more.
drop_obsolete() {
  local path
  while IFS= read -r -d '' path; do
    if [ -z "\${ranks[$path]:-}" ]; then rm -f "$root/$path"; fi
  done < <(cd "$root" && find tls secrets services -type f -print0 2> /dev/null)
}

# Takes one file of an archive whose SHA-256 is as published: URL, SHA-256, file name in it, where it goes.
install_program() {
  local work found file
  if [ -x "$4" ]; then return; fi
  install -d -m 0755 "$programs" "$(dirname "$4")"
  work=$(mktemp -d "$programs/.download.XXXXXX")
  if ! curl -q --proto '=https' --tlsv1.2 --location --fail --silent --show-error --retry 3 --max-time 600 \\
    --output "$work/archive" "$1"; then
    rm -rf "$work"
    fail "cannot download $1"
  fi
  found=$(sha256sum "$work/archive")
  found=\${found%% *}
  if [ "$found" != "$2" ]; then
    rm -rf "$work"
    fail "$1 has the SHA-256 $found, expected $2; nothing of it was run"
  fi
  mkdir "$work/files"
  tar -xzf "$work/archive" -C "$work/files" --no-same-owner
  file=$(find "$work/files" -type f -name "$3" -print -quit)
  if [ -z "$file" ]; then
    rm -rf "$work"
    fail "$1 has no file $3; name the archive of a Linux build"
  fi
  install -m 0755 "$file" "$4.new"
  mv -f "$4.new" "$4"
  rm -rf "$work"
}

# Builds that no unit starts any more.
drop_programs() {
  local build
  for build in "$programs"/*/; do
    if [ -d "$build" ] && ! grep -qsF "=$build" "$units"/vigil-*.service; then rm -rf "$build"; fi
  done
}

# Status of a request, which nobody can read in the list of processes: the user's value goes by standard input.
status_as() {
  local user=$1
  shift
  { printf 'header = "Authorization: Basic '; vigil_value "$user"; printf '"\\n'; } | status --config - "$@"
}

status() {
  curl -q "$@" --silent --max-time 5 --noproxy '*' --cacert "$root/tls/ca.crt" --output /dev/null \\
    --write-out '%{http_code}'
}

# HAProxy's master answers nothing: a reload has worked when a new worker is there and stays.
reload_workers() {
  local master before new end=$((SECONDS + 30))
  master=$(systemctl show --property MainPID --value "$unit")
  before=$(pgrep -P "$master" | sort)
  systemctl reload "$unit" || return
  until new=$(comm -13 <(printf '%s\\n' "$before") <(pgrep -P "$master" | sort)) && [ -n "$new" ]; do
    if ((SECONDS >= end)); then
      printf '%s: no new worker within 30 s of the reload\\n' "$step" >&2
      return 1
    fi
    sleep 0.2
  done
  sleep 1
  pgrep -P "$master" | grep -qxF "$new"
}
`;
