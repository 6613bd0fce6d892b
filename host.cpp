#include <iostream>

#include "host/server.hpp"

int main(int argc, char** argv) {
  chat::HostCommandLine line = chat::read_host_options(argc, argv);
  std::cout << line.out << std::flush;
  if (!line.error.empty())
    std::cerr << "host: error: " << line.error << "\nhost: hint: host --help-all lists every flag\n";
  if (!line.options) return line.exit_code;
  return chat::Server(std::move(*line.options), [&] { return chat::read_host_options(argc, argv, true); }).run();
}
