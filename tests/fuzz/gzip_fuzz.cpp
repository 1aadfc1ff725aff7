#include "fanin/io/bytes.hpp"
#include "tests/fuzz/fuzz_target.hpp"

std::vector<std::string> fanin::fuzz::seeds() {
  using std::string_literals::operator""s;
  // printf 'hello hello hello' | gzip -9n, and the same twice.
  const std::string hello =
      "\x1F\x8B\x08\0\0\0\0\0\x02\x03\xCB\x48\xCD\xC9\xC9\x57\xC8\x40\x90\0\x80\x88\xF9\xE5\x11\0\0\0"s;
  return {hello, hello + hello, "plain"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    const auto source = io::open_source(fuzz::as_input(data, size), "fuzz.gz");
    FANIN_ASSERT(io::read_rest(*source, fuzz::kLimit).size() <= fuzz::kLimit);
  });
}
