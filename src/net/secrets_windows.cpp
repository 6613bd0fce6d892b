#include <windows.h>

#include <fstream>
#include <iostream>

#include "net/secrets.hpp"

namespace chat {

void forbid_core_dumps() { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX); }

Checked<Secret> read_secret_file(const std::string& path) {
  constexpr std::size_t most = 4096;
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  std::string text;
  if (!in || !std::getline(in, text)) return {std::nullopt, "cannot read the password from " + path};
  if (text.ends_with('\r')) text.pop_back();
  Checked<Secret> line{Secret(text), {}};
  const bool too_long = text.size() > most;
  SecureZeroMemory(text.data(), text.size());
  if (too_long) return {std::nullopt, "cannot read the password from " + path + ": its first line is too long"};
  return line;
}

// Access lists, not modes, rule here; a file in the user's own folder is theirs alone by default.
std::optional<std::string> open_to_others(const std::string& path) {
  if (GetFileAttributesA(path.c_str()) != INVALID_FILE_ATTRIBUTES) return std::nullopt;
  return "cannot read " + path + ": it is not there";
}

}  // namespace chat
