# What scripts/dev and scripts/test share: finding and installing what the machine lacks. Sourced, not run.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# The Swift compiler cannot be installed from here: say where it comes from.
need_swift() {
  if ! command -v swift >/dev/null; then
    fail "Swift 6.3 or newer is needed and 'swift' was not found; install it from https://www.swift.org/install and run this again."
  fi
  local version
  version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  if [ "$(printf '%s\n' 6.2 "$version" | sort -V | head -n 1)" != 6.2 ]; then
    fail "Swift 6.3 or newer is needed, this is ${version:-an unknown version}; install it from https://www.swift.org/install and run this again."
  fi
}

# need_packages build|test: the Debian packages for building, or for every test; installed only if one is missing.
need_packages() {
  local packages=(libsqlite3-dev)
  [ "$1" = test ] && packages+=(python3 python3-venv chromium)
  if [ "$(uname -s)" = Darwin ]; then
    [ "$1" = build ] || command -v python3 >/dev/null || fail "Python 3.11 or newer is needed: brew install python3"
    return 0
  fi
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is not Debian or Ubuntu: make sure that these, by their Debian names, are there: ${packages[*]}"
    return 0
  fi
  local missing=() package
  for package in "${packages[@]}"; do
    case "$package" in
      python3) command -v python3 >/dev/null && continue ;;
      python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null && continue ;;
      chromium) command -v chromium >/dev/null || command -v google-chrome >/dev/null && continue ;;
    esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "These packages are missing, and neither root nor sudo is at hand: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# A Python environment of its own inside .build, made anew when the requirements change.
need_python() {
  local requirements=Tests/Clients/requirements.txt stamp=.build/venv/requirements.txt
  if ! cmp -s "$requirements" "$stamp"; then
    say "making a Python environment in .build/venv"
    rm -rf .build/venv
    python3 -m venv .build/venv
    .build/venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$stamp"
  fi
}
