#include <iostream>

#include "host/server.hpp"

int main(int argc, char** argv) {
  chat::HostCommandLine line = chat::read_host_options(argc, argv);
  std::cout << line.out << std::flush;
  std::cerr << line.err << std::flush;
  if (!line.options) return line.exit_code;
  return chat::Server(std::move(*line.options)).run();
}
