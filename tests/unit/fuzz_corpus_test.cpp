// What the fuzzers keep in tests/fuzz/corpus still holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "../fuzz/targets.hpp"
#include "unit/temp_folder.hpp"

namespace chat {
namespace {

std::vector<std::filesystem::path> corpus(std::string_view target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(CLINT_SOURCE_DIR "/tests/fuzz/corpus") / target))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(FuzzCorpus, EveryTargetHoldsForItsCorpus) {
  for (const auto& target : fuzz::targets) {
    const auto files = corpus(target.name);
    EXPECT_GE(files.size(), 5u) << target.name;
    for (const auto& file : files) {
      SCOPED_TRACE(file.string());
      target.run(content_of(file));
    }
  }
}

TEST(FuzzCorpus, EveryTargetHoldsForEveryCorpusCutAnywhere) {
  std::size_t cuts = 0;
  for (const auto& source : fuzz::targets)
    for (const auto& file : corpus(source.name)) {
      SCOPED_TRACE(file.string());
      const std::string whole = content_of(file);
      for (std::size_t size = 0; size <= std::min<std::size_t>(whole.size(), 200); ++size, ++cuts)
        for (const auto& target : fuzz::targets) target.run(std::string_view(whole).substr(0, size));
    }
  EXPECT_GE(cuts, 100 * std::size(fuzz::targets));  // a target that does not hold ends the program
}

}  // namespace
}  // namespace chat
