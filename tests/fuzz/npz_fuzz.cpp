#include <fstream>
#include <iterator>

#include "fanin/io/npz.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

std::string golden(const std::string& name) {
  std::ifstream file(FANIN_GOLDEN_DIR "/" + name, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (bytes.empty()) throw std::runtime_error(name + " is missing in tests/golden");
  return bytes;
}

}  // namespace

std::vector<std::string> fanin::fuzz::seeds() { return {golden("io_small.npz"), golden("io_zip64.npz")}; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    const io::NpzFile file(fuzz::as_input(data, size), "fuzz.npz");
    for (const std::string& name : file.names()) {
      fuzz::survive([&] { static_cast<void>(file.read(name, fuzz::kLimit)); });
    }
  });
}
