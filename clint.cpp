#include <iostream>
#include <utility>

#include "terminal/app.hpp"
#include "terminal/options.hpp"

int main(int argc, char** argv) {
  chat::ClintCommandLine line = chat::read_clint_options(argc, argv);
  std::cout << line.out << std::flush;
  std::cerr << line.err;
  if (!std::cout) return 1;  // what was asked for could not be written
  return line.options ? chat::App(std::move(*line.options)).run() : line.exit_code;
}
