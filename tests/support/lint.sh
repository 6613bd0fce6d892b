#!/usr/bin/env bash
# What `make lint` checks: format, the arrows between folders, clang's warnings and thread-safety analysis, clang-tidy.
set -euo pipefail
cd "$(dirname "$0")/../.."
fail=0

mapfile -t sources < <(git ls-files -co --exclude-standard '*.cpp' '*.hpp')
clang-format --dry-run --Werror "${sources[@]}" || fail=1

# docs/ARCHITECTURE.md, "Folders": who may include what. net_utils.hpp is open to all.
check_includes() {
  local folder=$1 allowed=$2 found
  found=$(grep -rnE '^#include "[a-z_]+/' "$folder" --include='*.?pp' | grep -vE "#include \"($allowed)/" || true)
  if [ -n "$found" ]; then
    echo "$folder may include only: $allowed"
    echo "$found"
    fail=1
  fi
}
check_includes src/protocol 'protocol'
check_includes src/crypto 'crypto'
check_includes src/text 'text'
check_includes src/net 'net'
check_includes src/settings 'settings'
check_includes src/host 'host|net|protocol|crypto|settings'
check_includes src/client 'client|net|protocol|crypto'
check_includes src/terminal 'terminal|client|net|protocol|crypto|settings'
if grep -nE '^#include "(host|client|terminal|net|protocol|crypto|text|settings)/' net_utils.*; then
  echo "net_utils includes nothing of src"
  fail=1
fi
# OpenSSL's types appear in one file of src/net, in src/crypto and in net_utils.cpp, and in one private header.
if grep -rnl '#include <openssl/' src net_utils.hpp --include='*.?pp' | grep -vE '^src/(net/tls\.cpp|crypto/(\w+\.cpp|openssl\.hpp))$'; then
  echo "OpenSSL belongs to src/net/tls.cpp, src/crypto and net_utils.cpp"
  fail=1
fi
if grep -rnl '#include <sqlite3' src --include='*.?pp' | grep -v '^src/host/sqlite\.cpp$'; then
  echo "SQLite belongs to src/host/sqlite.cpp"
  fail=1
fi
# To the linker two classes of one name are one, whatever folders they are in.
twice=$(git ls-files -co --exclude-standard 'src/*.hpp' net_utils.hpp | xargs grep -hE '^(class|struct) [^;]*\{' |
  sed -E 's/^(class|struct) ([A-Z_]+(\("[a-z]+"\))? )?(\w+).*/\4/' | sort | uniq -d)
if [ -n "$twice" ]; then
  echo "more than one class is called" $twice
  fail=1
fi
# In logic there is no system: what differs stands in *_posix.cpp and *_windows.cpp.
if grep -rnE '#\s*if(n?def)?.*_WIN32' src net_utils.* host.cpp clint.cpp; then
  echo "_WIN32 belongs to *_posix.cpp and *_windows.cpp"
  fail=1
fi

cmake -S . -B build-lint -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug -DCLINT_WERROR=ON -DCLINT_TESTS=OFF \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON \
  >build-lint.log 2>&1 || { cat build-lint.log; exit 1; }
rm -f build-lint.log
python3 -B tests/support/lint_sources.py build-lint || fail=1
exit $fail
