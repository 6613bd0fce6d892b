#include "terminal/app.hpp"
#include "terminal/options.hpp"

int main(int argc, char** argv) {
  const chat::Parsed parsed = chat::parse_options(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  return chat::App(parsed.options).run();
}
