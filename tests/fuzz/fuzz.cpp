// One libFuzzer program for each target: CLINT_FUZZ_TARGET is its function.
#include <cstddef>
#include <cstdint>

#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chat::fuzz::CLINT_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
