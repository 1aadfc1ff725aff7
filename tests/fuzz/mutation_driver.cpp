// Runs a fuzz target without a fuzzing engine: its seeds, every truncation of each, then a fixed sequence
// of random mutations. Equal builds do equal work, so a failure repeats.
//
//     csv_fuzz [mutations, default 20000]      or      csv_fuzz FILE...     to run single inputs
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/fuzz/fuzz_target.hpp"

namespace {

constexpr std::size_t kDefaultMutations = 20'000;
constexpr std::size_t kMaxInput = 1 << 16;  // mutations that grow an input stop here
constexpr std::uint64_t kSeed = 20240521;   // any fixed number
constexpr std::size_t kMaxStacked = 6;      // mutations applied to one input

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) { return static_cast<std::size_t>(random() % bound); }

/// Numbers that headers like to be wrong by.
std::uint64_t interesting(Random& random) {
  static constexpr std::uint64_t kNumbers[] = {0,
                                               1,
                                               0x7F,
                                               0x80,
                                               0xFF,
                                               0x7FFF,
                                               0xFFFF,
                                               0x7FFFFFFF,
                                               0x80000000,
                                               0xFFFFFFFF,
                                               std::uint64_t{1} << 62,
                                               ~std::uint64_t{0} >> 1,
                                               ~std::uint64_t{0}};
  return kNumbers[below(random, std::size(kNumbers))];
}

void overwrite_number(std::string& input, Random& random) {
  const std::size_t bytes = std::size_t{1} << below(random, 4);
  if (input.size() < bytes) return;
  const std::size_t at = below(random, input.size() - bytes + 1);
  const std::uint64_t number = interesting(random);
  const bool big_endian = below(random, 2) == 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const std::size_t shift = 8 * (big_endian ? bytes - 1 - i : i);
    input[at + i] = static_cast<char>((number >> shift) & 0xFFU);
  }
}

void mutate(std::string& input, const std::string& other, Random& random) {
  const std::size_t at = below(random, input.size() + 1);
  const std::size_t length = below(random, std::min<std::size_t>(input.size() - at, 64) + 1);
  switch (below(random, 8)) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(random, 8)));
      break;
    case 1:
      if (at < input.size()) input[at] = static_cast<char>(random());
      break;
    case 2: overwrite_number(input, random); break;
    case 3: input.erase(at, length); break;
    case 4: input.insert(at, input.substr(at, length)); break;
    case 5: input.insert(at, std::to_string(interesting(random))); break;
    case 6: input.resize(at); break;
    default:  // splice
      if (!other.empty()) input = input.substr(0, at) + other.substr(below(random, other.size()));
      break;
  }
  if (input.size() > kMaxInput) input.resize(kMaxInput);
}

void run_one(const std::string& input) {
  // An exact copy on the heap, so that sanitizers see one byte too many.
  const std::vector<std::uint8_t> copy(input.begin(), input.end());
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

int run_files(int count, char** names) {
  for (int i = 0; i < count; ++i) {
    std::ifstream file(names[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "%s: cannot be opened\n", names[i]);
      return 1;
    }
    run_one({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  char* end = nullptr;
  const std::size_t mutations = argc > 1 ? std::strtoull(argv[1], &end, 10) : kDefaultMutations;
  if (argc > 1 && *end != '\0') return run_files(argc - 1, argv + 1);
  const std::vector<std::string> pool = fanin::fuzz::seeds();
  std::size_t truncations = 0;
  for (const std::string& seed : pool) {
    for (std::size_t size = 0; size < seed.size(); ++size, ++truncations) run_one(seed.substr(0, size));
    const std::size_t accepted = fanin::fuzz::accepted;
    run_one(seed);
    if (fanin::fuzz::accepted > accepted) continue;
    std::fprintf(stderr, "the seed '%.40s' is no sound file\n", seed.c_str());
    return 1;
  }
  Random random(kSeed);
  for (std::size_t i = 0; i < mutations; ++i) {
    std::string input = pool[below(random, pool.size())];
    const std::size_t stacked = 1 + below(random, kMaxStacked);
    for (std::size_t j = 0; j < stacked; ++j) mutate(input, pool[below(random, pool.size())], random);
    run_one(input);
  }
  std::printf("%zu truncations and %zu mutations survived\n", truncations, mutations);
  return 0;
}
